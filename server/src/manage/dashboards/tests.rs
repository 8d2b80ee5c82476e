use serde_json::json;

use super::content::Content;

fn content(definition: serde_json::Value) -> Content {
    serde_json::from_value(json!({ "name": "Web", "definition": definition })).expect("a dashboard")
}

fn widget(id: &str, x: u16, w: u16) -> serde_json::Value {
    json!({ "id": id, "kind": "bar", "layout": { "x": x, "y": 0, "w": w, "h": 4 },
            "query": { "language": "sql", "text": "SELECT 1" } })
}

#[test]
fn what_cannot_be_shown_is_refused_with_its_place() {
    let variable = |name: &str, kind: &str| json!({ "variables": [{ "name": name, "type": kind }] });
    for (definition, field) in [
        (json!({ "widgets": [widget("a", 8, 5)] }), "widgets.a"),
        (json!({ "widgets": [widget("a", 65_000, 5_000)] }), "widgets.a"),
        (json!({ "widgets": [widget("a", 0, 0)] }), "widgets.a"),
        (json!({ "widgets": [widget("a", 0, 4), widget("a", 4, 4)] }), "widgets.a"),
        (
            json!({ "widgets": [{ "id": "t", "kind": "table", "layout": { "x": 0, "y": 0, "w": 1, "h": 1 } }] }),
            "widgets.t",
        ),
        (variable("1x", "text"), "variables.1x"),
        (variable("from", "text"), "variables.from"),
        (variable("service", "query"), "variables.service"),
        (json!({ "annotations": [{ "name": "Deploys", "query": " " }] }), "annotations.Deploys"),
        (
            json!({ "annotations": [{ "name": "A", "query": "x" }, { "name": "A", "query": "y" }] }),
            "annotations.A",
        ),
    ] {
        let error = content(definition.clone()).check().expect_err("refused");
        assert_eq!(
            (error.code.as_str(), &error.details["field"]),
            ("dashboard.invalid", &json!(field)),
            "{definition}"
        );
    }
    assert!(Content::default().check().is_err(), "it has no name");
    assert!(content(json!({ "widgets": [widget("a", 0, 6), widget("b", 6, 6)] })).check().is_ok());
}

#[test]
fn every_template_is_a_dashboard() {
    for (id, text) in click_lite_query::DASHBOARD_TEMPLATES {
        let template = Content::of_text(text).unwrap_or_else(|error| panic!("{id}: {}", error.message));
        template.check().unwrap_or_else(|error| panic!("{id}: {}", error.message));
        assert!(template.definition.widgets.len() >= 6, "{id}");
    }
}
