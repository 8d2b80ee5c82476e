use click_lite_model::Record;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

/// Bodies and attributes of the records, and the answer.
fn decode(pieces: &[&[u8]], default_index: Option<&str>) -> Result<(Vec<Value>, Value), BulkError> {
    let mut decoder = Decoder::new(1000, default_index);
    let (mut record, mut items, mut records) = (Record::new(), Items::default(), Vec::new());
    let mut sink = |record: &mut Record| {
        let attributes: serde_json::Map<_, _> =
            record.attributes().map(|(key, value)| (key.to_owned(), value.into())).collect();
        records.push(json!({ "body": record.body(), "service": record.service(), "attributes": attributes }));
    };
    for piece in pieces {
        decoder.decode_lines(piece, &mut record, &mut sink, &mut items)?;
    }
    decoder.finish(&mut items);
    let answer: String = items.render(7, 1, FilterPath::ALL).collect();
    Ok((records, serde_json::from_str(&answer).expect("the answer is JSON")))
}

#[test]
fn documents_and_their_answer() {
    let body = concat!(
        r#"{"index":{"_index":"web","_id":"a\"1"}}"#,
        "\n",
        r#"{"message":"one","service":{"name":"shop"},"data_stream":{"dataset":"x"}}"#,
        "\r\n",
        r#"{"create":{}}"#,
        "\n",
        r#"{"message":"two"}"#,
        "\n\n",
        r#"{"delete":{"_index":"web","_id":"7"}}"#,
        "\n",
        r#"{"update":{"_id":"8"}}"#,
        "\n",
        r#"{"doc":{"message":"three"}}"#,
        "\n",
        r#"{"create":{}}"#,
        "\n",
        "{\"message\": broken}\n",
        r#"{"create":{}}"#,
    );
    let (records, answer) = decode(&[body.as_bytes()], Some("other")).expect("readable");
    assert_eq!(
        records,
        [
            json!({ "body": "one", "service": "shop", "attributes":
                { "data_stream.dataset": "x", "elasticsearch.index": "web", "elasticsearch.id": "a\"1" } }),
            json!({ "body": "two", "service": "", "attributes": { "elasticsearch.index": "other" } }),
        ]
    );
    assert_eq!((&answer["took"], &answer["errors"]), (&json!(7), &json!(true)));
    let items = answer["items"].as_array().expect("items");
    let statuses: Vec<(&str, u64)> = items
        .iter()
        .flat_map(|item| item.as_object().expect("an object"))
        .map(|(action, item)| (action.as_str(), item["status"].as_u64().unwrap_or(0)))
        .collect();
    assert_eq!(
        statuses,
        [("index", 201), ("create", 201), ("delete", 400), ("update", 400), ("create", 400), ("create", 400)]
    );
    assert_eq!((&items[0]["index"]["_index"], &items[0]["index"]["_id"]), (&json!("web"), &json!("a\"1")));
    assert_eq!(items[1]["create"]["_id"].as_str().map(str::len), Some(20));
    assert_eq!(items[4]["create"]["error"]["type"], "document_parsing_exception");
    assert!(
        items[5]["create"]["error"]["reason"].as_str().is_some_and(|reason| reason.contains("ends before"))
    );
}

#[test]
fn what_is_no_action_ends_the_request() {
    for (body, part) in [
        ("{\"message\":\"one\"}\n", "line 1 is no action (`message` is none of index"),
        ("{\"create\":{}}\n{}\n{\"create\":{}}\n{}\n[]\n", "line 5"),
        ("{}\n", "names no action"),
        ("{\"create\":{},\"index\":{}}\n", "more than one"),
        ("no JSON\n", "expected a JSON object"),
        ("{\"create\":\"web\"}\n", "expected a JSON object"),
    ] {
        let error = decode(&[body.as_bytes()], None).expect_err(body);
        assert!(error.to_string().contains(part), "{error}");
    }
}

#[test]
fn documents_without_number_are_bounded() {
    let mut decoder = Decoder::default();
    let (mut record, mut items) = (Record::new(), Items::default());
    let piece = b"{\"delete\":{}}\n".repeat(100_000);
    let error = (0..20)
        .find_map(|_| decoder.decode_lines(&piece, &mut record, &mut |_| {}, &mut items).err())
        .expect("refused in the end");
    assert_eq!((error.code(), items.refused()), ("es_bulk.too_many", 1 << 20));
}

#[test]
fn a_document_that_is_too_large_costs_nobody_else() {
    let long = format!("{{\"message\":\"{}\"}}", "x".repeat(5000));
    let body = format!("{{\"create\":{{}}}}\n{long}\n{{\"create\":{{}}}}\n{{\"message\":\"two\"}}\n");
    let whole = decode(&[body.as_bytes()], None).expect("readable");
    // As it comes from a reader that gives up on whole lines beyond 1000 bytes.
    let (first, rest) = body.as_bytes().split_at(2000);
    let (second, third) = rest.split_at(1500);
    let cut = decode(&[first, second, third], None).expect("readable");
    for (records, answer) in [&whole, &cut] {
        assert_eq!((records.len(), &records[0]["body"]), (1, &json!("two")));
        assert_eq!(answer["items"][0]["create"]["status"], 400);
        assert_eq!(answer["items"][1]["create"]["status"], 201);
    }
}

#[test]
fn names_that_elasticsearch_refuses() {
    let name = "n".repeat(256);
    let body = format!(
        "{{\"create\":{{\"_index\":\"{name}\"}}}}\n{{}}\n{{\"create\":{{\"_id\":\"{name}{name}{name}\"}}}}\n{{}}\n{{\"create\":{{}}}}\n{{}}\n"
    );
    let (records, answer) = decode(&[body.as_bytes()], None).expect("readable");
    assert_eq!(records.len(), 1);
    assert_eq!(answer["items"][0]["create"]["error"]["type"], "invalid_index_name_exception");
    assert_eq!(answer["items"][1]["create"]["status"], 400);
    assert_eq!(answer["items"][2]["create"]["status"], 201);
}

#[test]
fn the_answer_is_filtered() {
    let mut items = Items::default();
    items.accept(Action::Create, "a", "");
    items.refuse(Action::Index, "a", "", "x_exception", "because");
    let render = |filter: &str| -> String { items.clone().render(1, 1, FilterPath::parse(filter)).collect() };
    assert_eq!(render("errors"), r#"{"errors":true}"#);
    assert_eq!(render("-items,-took"), r#"{"errors":true}"#);
    assert_eq!(
        render("took,items.*.status"),
        r#"{"took":1,"items":[{"create":{"status":201}},{"index":{"status":400}}]}"#
    );
    assert_eq!(
        render("errors,items.*.error"),
        r#"{"errors":true,"items":[{"index":{"error":{"type":"x_exception","reason":"because"}}}]}"#
    );
    assert_eq!(render("items.*.error.type,items.*.s*"), render("items.*.error,items.**.status"));
    assert_eq!(
        render("items.create.s*at*s"),
        r#"{"items":[{"create":{"status":201}},{"index":{"status":400}}]}"#
    );
    assert_eq!(render("nothing"), "{}");
    assert_eq!(render(&"**.".repeat(20_000)), "{}");
    assert_eq!(render(&"*".repeat(20_000)), render(""));
    let mut long = Items::default();
    for _ in 0..10_000 {
        long.accept(Action::Create, "a", "");
    }
    assert_eq!(long.runs.len(), 1);
    let answer: String = long.render(1, 1, FilterPath::ALL).collect();
    let answer: Value = serde_json::from_str(&answer).expect("JSON");
    assert_eq!(answer["items"].as_array().map(Vec::len), Some(10_000));
    assert_ne!(answer["items"][0]["create"]["_id"], answer["items"][1]["create"]["_id"]);
}

proptest! {
    /// Where lines are cut into pieces makes no difference.
    #[test]
    fn pieces_do_not_matter(lines in proptest::collection::vec("(\\{\"create\":\\{\\}\\}|\\{\"message\":\"[a-z]{0,9}\"\\}|.{0,12})", 0..12), cuts in any::<u64>()) {
        let whole = lines.iter().map(|line| format!("{line}\n")).collect::<String>();
        let mut pieces = vec![String::new()];
        for (at, line) in lines.iter().enumerate() {
            pieces.last_mut().expect("one").push_str(&format!("{line}\n"));
            if cuts >> at & 1 == 1 {
                pieces.push(String::new());
            }
        }
        let pieces: Vec<&[u8]> = pieces.iter().map(|piece| piece.as_bytes()).collect();
        prop_assert_eq!(decode(&pieces, None), decode(&[whole.as_bytes()], None));
    }
}
