"""How the shipped model is made. Nothing here is imported by a running bot."""
