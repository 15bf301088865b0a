"""How fast meta-training is, against loops over tasks as others write them."""
