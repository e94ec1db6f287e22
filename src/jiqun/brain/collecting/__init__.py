"""报送 collecting: forms, the states of an answer, what is looked at before it is sent, and how answers add up."""
