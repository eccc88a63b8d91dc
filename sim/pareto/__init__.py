"""The design space of network and core: measured point by point, on all cores or a cluster, and its front."""
