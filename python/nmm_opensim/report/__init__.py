"""One HTML file that shows a whole project: data, results, doubts, and how to make it again."""
