"""XML Schemas (XSD 1.0) of our setup files, for editors and as a second check.

The readers stay the judges of a setup: they know files, models and numbers, and their messages name
what to do. A test keeps both together: what a reader knows is in the schema, and the other way
round. A new tool adds its schema beside the others, its element to ``setup.xsd`` and its reader to
``check.READERS``.
"""
