"""读数 readings between the box and the gate: what a reading is, and the contract both keep."""
