"""The attacks on the stand-in: one module for what each of them uses, statements apart."""
