//! The calls of the API and their description (OpenAPI 3.1).

use std::sync::Arc;

use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::{export_jobs, ingest, manage, read, saved, sources, storage, tail};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Click-Lite",
        description = "Receive, store and search logs. Send `Authorization: Bearer TOKEN` with every call but ingest; in `local` mode \
            the token is in the file `local-token` of the data folder."
    ),
    paths(ingest::http::ingest, ingest::import::import, ingest::agent::batches, manage::list_imports),
    components(schemas(click_lite_client::ErrorBody)),
    tags(
        (name = "ingest", description = "Sending records"),
        (name = "imports", description = "Importing files"),
        (name = "read", description = "Searching"),
        (name = "exports", description = "Exports that run by a schedule"),
        (name = "notes", description = "Notes and marks on rows"),
        (name = "sources", description = "Other ClickHouse servers and their tables"),
        (name = "saved", description = "Saved queries and templates"),
        (name = "access", description = "Signing in"),
        (name = "storage", description = "How long records are kept, and what they take"),
        (name = "dashboards", description = "Pages of charts"),
        (name = "operate", description = "State of the server")
    )
)]
struct Document;

/// Every call that takes and gives JSON. The streams of ingest are described here and routed in [`crate::ingest`].
pub fn calls() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(read::search))
        .routes(routes!(read::parse_query))
        .routes(routes!(read::print_query))
        .routes(routes!(read::list_queries))
        .routes(routes!(read::get_query, read::cancel))
        .routes(routes!(read::sql))
        .routes(routes!(read::explain_sql))
        .routes(routes!(read::format_sql))
        .routes(routes!(read::estimate))
        .routes(routes!(read::export))
        .routes(routes!(read::schema))
        .routes(routes!(read::histogram))
        .routes(routes!(read::fields))
        .routes(routes!(read::field_values))
        .routes(routes!(read::field_stats))
        .routes(routes!(read::surrounding))
        .routes(routes!(read::complete))
        .routes(routes!(read::trace))
        .routes(routes!(tail::tail))
        .routes(routes!(sources::connection_api::list, sources::connection_api::create))
        .routes(routes!(sources::connection_api::test))
        .routes(routes!(
            sources::connection_api::get,
            sources::connection_api::replace,
            sources::connection_api::delete
        ))
        .routes(routes!(sources::connection_api::test_stored))
        .routes(routes!(sources::connection_api::tables))
        .routes(routes!(sources::source_api::list, sources::source_api::create))
        .routes(routes!(sources::propose_mapping))
        .routes(routes!(sources::preview))
        .routes(routes!(sources::source_api::get, sources::source_api::replace, sources::source_api::delete))
        .routes(routes!(sources::preview_source))
        .routes(routes!(saved::api::list, saved::api::create))
        .routes(routes!(saved::transfer::export))
        .routes(routes!(saved::transfer::import))
        .routes(routes!(saved::api::get, saved::api::replace, saved::api::delete))
        .routes(routes!(saved::api::restore))
        .routes(routes!(saved::api::add_favourite, saved::api::remove_favourite))
        .routes(routes!(saved::versions::list_versions))
        .routes(routes!(saved::versions::get_version))
        .routes(routes!(saved::versions::restore_version))
        .routes(routes!(saved::run::bind))
        .routes(routes!(saved::run::run))
        .routes(routes!(saved::run::parameter_values))
        .routes(routes!(saved::library::list_templates))
        .routes(routes!(saved::library::get_template))
        .routes(routes!(saved::run::bind_template))
        .routes(routes!(saved::run::run_template))
        .routes(routes!(saved::run::template_parameter_values))
        .routes(routes!(ingest::import::preview))
        .routes(routes!(ingest::import::formats))
        .routes(routes!(manage::get_import, manage::cancel_import))
        .routes(routes!(storage::api::get_retention, storage::api::put_retention))
        .routes(routes!(storage::api::preview_retention))
        .routes(routes!(storage::api::list_runs, storage::api::run_now))
        .routes(routes!(storage::api::get_run))
        .routes(routes!(storage::api::storage_report))
        .routes(routes!(storage::columns::list, storage::columns::add))
        .routes(routes!(storage::columns::remove))
        .routes(routes!(storage::api::drop_day))
        .routes(routes!(storage::api::drop_service))
        .routes(routes!(manage::agents::list))
        .routes(routes!(manage::dashboards::api::list, manage::dashboards::api::create))
        .routes(routes!(
            manage::dashboards::api::get,
            manage::dashboards::api::replace,
            manage::dashboards::api::delete
        ))
        .routes(routes!(manage::dashboards::api::restore))
        .routes(routes!(manage::dashboards::api::duplicate))
        .routes(routes!(manage::dashboards::api::mark, manage::dashboards::api::unmark))
        .routes(routes!(manage::dashboards::api::export))
        .routes(routes!(manage::dashboards::api::import))
        .routes(routes!(manage::dashboards::api::versions))
        .routes(routes!(manage::dashboards::api::restore_version))
        .routes(routes!(manage::dashboards::api::templates))
        .routes(routes!(export_jobs::api::list, export_jobs::api::create))
        .routes(routes!(export_jobs::api::preview))
        .routes(routes!(export_jobs::api::get, export_jobs::api::replace, export_jobs::api::delete))
        .routes(routes!(export_jobs::api::restore))
        .routes(routes!(export_jobs::api::run))
        .routes(routes!(export_jobs::api::runs))
        .routes(routes!(export_jobs::api::delete_run))
        .routes(routes!(export_jobs::api::run_file))
        .routes(routes!(manage::notes::list, manage::notes::add))
        .routes(routes!(manage::notes::get, manage::notes::replace, manage::notes::delete))
        .routes(routes!(manage::status))
        .routes(routes!(manage::list_dead_letters))
        .routes(routes!(manage::get_dead_letter, manage::delete_dead_letter))
        .routes(routes!(manage::get_dead_letter_content))
        .routes(routes!(manage::retry_dead_letter))
        .routes(routes!(manage::sign_in))
        .routes(routes!(manage::new_link))
}

/// The document as JSON, indented: `ui/src/api` and `docs/` are made from it.
pub fn document() -> anyhow::Result<String> {
    let (_, document) = calls().split_for_parts();
    Ok(document.to_pretty_json()? + "\n")
}
