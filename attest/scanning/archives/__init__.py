"""Archives and compressed streams, read strictly: what two readers could read differently is a finding."""
