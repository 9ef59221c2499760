"""What runs inside the Python processes of brickwork-local: notebooks, Python files, wheels and the Spark driver."""
