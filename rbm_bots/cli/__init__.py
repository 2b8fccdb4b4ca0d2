"""The commands of «rbm», one file per group."""
