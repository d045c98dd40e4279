"""What the page says, section by section: results as rows and plots for the templates."""
