# Written by codegen.sh from spec/. DO NOT EDIT: change spec/ and run codegen.sh.
"""The contract in Python: models, stubs and the route table."""
