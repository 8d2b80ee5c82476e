DROP VIEW IF EXISTS {database}.log_facets_view
