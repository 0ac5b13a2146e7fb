"""The verbs of the risk register: read it, watch it on the lake's measurements, draw its money, close its tasks."""
