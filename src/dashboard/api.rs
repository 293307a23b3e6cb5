//! Server functions of the dashboards.
