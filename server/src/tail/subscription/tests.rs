use super::*;

fn subscription(pace: Pace) -> Subscription {
    Subscription::new(Filter::new("", 0).expect("everything"), pace, 10)
}

fn rows(ids: std::ops::Range<u64>) -> Vec<Row> {
    ids.map(|id| Row { id, json: "{}".into() }).collect()
}

fn ids(rows: &[Row]) -> Vec<u64> {
    rows.iter().map(|row| row.id).collect()
}

#[test]
fn rows_below_the_floor_come_from_the_store_alone() {
    let tail = subscription(Pace::default());
    tail.push(&mut rows(8..14), 13);
    assert!(tail.go_live());
    assert_eq!(ids(&tail.take(10, 1000)), [11, 12, 13]);
    assert_eq!(tail.standing().1.matched, 3);
}

#[test]
fn the_place_moves_with_what_was_sent_and_with_what_did_not_match() {
    let tail = subscription(Pace::default());
    assert!(tail.go_live());
    tail.push(&mut rows(11..15), 20);
    assert_eq!(tail.standing().0, 10, "four rows wait");
    let taken = tail.take(2, 1000);
    tail.sent(taken.len(), 12);
    assert_eq!(tail.standing().0, 12);
    let taken = tail.take(9, 1000);
    tail.sent(taken.len(), 14);
    assert_eq!(tail.standing().0, 20, "nothing up to 20 is left");
}

#[test]
fn a_pause_counts_and_keeps_its_place() {
    let tail = subscription(Pace::default());
    assert!(tail.go_live());
    tail.push(&mut rows(11..14), 13);
    let taken = tail.take(1, 1000);
    tail.sent(taken.len(), 11);
    tail.pause();
    tail.push(&mut rows(14..20), 25);
    let (position, counts) = tail.standing();
    assert_eq!((position, counts.waiting, counts.sent), (11, 8, 1));
    tail.fall_behind(25);
    tail.push(&mut rows(26..28), 27);
    assert!(tail.go_live());
    assert_eq!(ids(&tail.take(10, 1000)), [26, 27]);
    assert_eq!(tail.standing().1.waiting, 0);
}

#[test]
fn a_full_queue_drops_and_counts_when_live_and_asks_the_store_when_behind() {
    let tail = subscription(Pace::default());
    let all = TAIL_ROWS as u64 + 50;
    tail.push(&mut rows(11..11 + all), 11 + all);
    assert!(!tail.go_live(), "rows were lost that the store has");
    assert_eq!(tail.standing().1.dropped, 0);

    tail.fall_behind(11 + all);
    assert!(tail.go_live());
    tail.push(&mut rows(12 + all..12 + 2 * all), 12 + 2 * all);
    assert_eq!(tail.standing().1.dropped, 50);
}

#[test]
fn more_than_the_limit_a_second_is_dropped() {
    let tail = subscription(Pace { rows_per_second: Some(5), one_of: None });
    assert!(tail.go_live());
    tail.push(&mut rows(11..31), 30);
    let taken = tail.take(100, 1000).len();
    let dropped = tail.standing().1.dropped;
    assert!((5..15).contains(&taken), "{taken}");
    assert_eq!(taken as u64 + dropped, 20);
}

#[test]
fn a_sample_is_about_its_share_and_the_same_for_all() {
    let pace = Pace { rows_per_second: None, one_of: Some(10) };
    let sampled = (0..100_000).filter(|&id| pace.is_sampled(id)).count();
    assert!((9_000..11_000).contains(&sampled), "{sampled}");
    assert!((0..100).all(|id| Pace::default().is_sampled(id)));
}
