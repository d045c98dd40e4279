"""C3D files: header, parameters and data, read as their manual describes them.

The manual: Motion Lab Systems, The C3D File Format User Guide, https://www.c3d.org.
"""
