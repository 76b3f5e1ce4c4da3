"""What the service consumes in a month, counted on the local run, and what that costs at list prices."""
