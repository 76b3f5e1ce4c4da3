"""What the application runs on: CloudFormation templates, and the local run that stands in for AWS."""
