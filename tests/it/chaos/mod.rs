//! What happens when something breaks: each fault, and the tests that show it. `make chaos` runs them row by row.

#![allow(clippy::print_stdout, reason = "seeds and what was measured are for whoever reads the run")]

mod connections;
mod dump;
mod full;
mod halt;
mod killed;
mod outages;
mod process;
mod seed;
mod shutdown;
mod sockets;

use std::collections::BTreeSet;

/// One fault, or several that are one to the shop.
struct Row {
    number: &'static str,
    fault: &'static str,
    /// Exact names, as the test binary lists them.
    tests: &'static [&'static str],
    /// What of it no test shows; empty if nothing is left.
    not_shown: &'static str,
}

const MATRIX: &[Row] = &[
    Row {
        number: "F1-F6",
        fault: "kill -9 after each step of a purchase",
        tests: &[
            "chaos::killed::f1_after_the_order_was_written_and_not_committed",
            "chaos::killed::f2_after_the_order_before_the_gateway_has_done_anything",
            "chaos::killed::f3_after_the_intent_was_made_before_its_id_is_kept",
            "chaos::killed::f4_inside_the_transaction_of_the_webhook",
            "chaos::killed::f5_after_the_commit_of_the_webhook",
            "chaos::killed::f6_before_the_mail",
            "chaos::killed::f6_after_the_mail_before_it_is_noted",
            "chaos::killed::killed_before_any_row",
            "purchase::a_stop_between_order_and_intent_loses_and_doubles_nothing",
            "notifications::a_worker_killed_between_sending_and_marking_repeats_under_the_same_message_id",
            "jobs::the_lease_of_a_crashed_holder_lapses",
            "embedded_database::rows_survive_kill_9_of_server_and_owner",
        ],
        not_shown: "a mail in the hands of the dead server waits 90 s for its lease, not 30; the tests move that lease",
    },
    Row {
        number: "F7-F8",
        fault: "PostgreSQL restarted, down, or one of its connections broken",
        tests: &[
            "chaos::outages::postgres_restarts_and_stays_away_while_people_buy",
            "chaos::connections::f8_a_connection_breaks_while_an_order_is_placed",
            "chaos::connections::f8_a_connection_breaks_while_a_payment_is_applied",
            "http::health::ready_with_a_database_and_not_without",
            "sessions::without_a_database_nobody_loses_a_session",
        ],
        not_shown: "a whole minute without PostgreSQL: it is four seconds, in which each customer is turned away at least twenty times",
    },
    Row {
        number: "F10",
        fault: "mail server down, a tar pit, 421, 450, 550, gone after DATA",
        tests: &[
            "notifications::what_may_pass_is_tried_again_later_and_drains_after_healing",
            "notifications::a_mail_that_is_refused_for_good_is_given_up",
            "notifications::a_mail_is_not_tried_for_ever",
            "notifications::a_tar_pit_costs_one_timeout",
            "notifications::a_mail_server_that_hangs_holds_nobody_up",
        ],
        not_shown: "",
    },
    Row {
        number: "F11",
        fault: "gateway: silence before or after the effect, 429, 500, cut off, away",
        tests: &[
            "gateway::a_fault_before_or_after_the_effect_leaves_one_intent",
            "gateway::silence_after_a_write_is_not_called_a_failure",
            "gateway::an_answer_that_cannot_be_read_says_nothing_about_the_outcome",
            "gateway::where_nobody_listens_nothing_happened",
            "gateway::being_told_to_slow_down_is_no_refusal",
            "gateway::twenty_at_once_with_one_key_get_the_same_intent",
            "cancel::with_the_gateway_away_the_order_stays_open",
            "expiry::an_order_that_the_gateway_will_not_take_is_closed_without_it",
        ],
        not_shown: "twenty real seconds of waiting: the client of the tests has less patience",
    },
    Row {
        number: "F12-F15",
        fault: "webhooks twenty times at once, in every order, too late, never",
        tests: &[
            "purchase::twenty_copies_of_one_event_take_effect_once",
            "purchase::twenty_events_with_the_same_news_take_effect_once",
            "event_orders::every_order_of_five_events_ends_in_the_same",
            "event_orders::a_hundred_deliveries_at_once_are_one_payment",
            "purchase::a_success_after_closing_is_refunded",
            "purchase::a_lost_webhook_is_made_up_for_by_the_reconciler",
            "missed_events::a_lost_dispute_is_found_in_the_list",
            "refunds::a_lost_event_about_a_refund_costs_an_hour_and_no_refund",
            "inbox::what_cannot_be_applied_stands_as_such_until_it_can",
            "controls::without_the_inbox_each_copy_counts_as_new",
        ],
        not_shown: "",
    },
    Row {
        number: "F16",
        fault: "clock off by minutes or days",
        tests: &[
            "webhook_signature::the_tolerance_is_five_minutes_each_way",
            "forged_tokens::no_forged_access_token_is_believed",
            "sessions::refresh_tokens_expire_and_strange_ones_are_nothing",
        ],
        not_shown: "a server whose own clock is wrong: it is what comes to it that is of another time; leases go by the database's clock",
    },
    Row {
        number: "F17-F18",
        fault: "disk full for pictures or for PostgreSQL",
        tests: &[
            "chaos::full::f17_a_full_disk_leaves_no_row_without_a_file",
            "chaos::connections::f18_a_database_that_is_full_says_so_and_recovers",
            "invariants::a_picture_without_files_is_named",
        ],
        not_shown: "PostgreSQL on a disk that is really full: a trigger says what it says then; a disk of its own takes rights",
    },
    Row {
        number: "F19-F20",
        fault: "no free connection, a full house, silent and slow sockets",
        tests: &[
            "chaos::connections::f19_without_a_free_connection_people_are_told_to_come_back",
            "http::limits::the_full_house_and_the_way_out",
            "http::limits::a_request_that_takes_too_long_is_answered",
            "http::sockets::a_silent_socket_is_closed",
            "http::sockets::a_slow_head_is_cut_off",
            "http::sockets::a_slow_body_is_cut_off",
            "http::sockets::silent_sockets_do_not_keep_others_out",
            "chaos::sockets::f20_two_thousand_silent_sockets_do_not_slow_others",
        ],
        not_shown: "",
    },
    Row {
        number: "F21",
        fault: "many attempts at few units",
        tests: &[
            "contention::a_thousand_attempts_at_twenty_with_holds",
            "contention::a_thousand_attempts_at_twenty_without_holds",
            "controls::holds_are_what_keeps_two_from_paying_for_one",
            "controls::without_the_locks_one_payment_takes_the_goods_twice",
            "controls::with_the_locks_the_second_comes_to_a_paid_order",
        ],
        not_shown: "10,000 attempts: a thousand, and 32 of them at once",
    },
    Row {
        number: "F22",
        fault: "the same goods bought in opposite orders",
        tests: &[
            "contention::opposite_orders_and_late_duplicates_meet_no_deadlock",
            "controls::stock_locked_as_bought_is_a_deadlock",
            "controls::stock_locked_by_id_is_a_queue",
            "controls::pieces_come_back_behind_a_sale_of_the_same_products",
        ],
        not_shown: "200 at once: 32",
    },
    Row {
        number: "F23",
        fault: "SIGTERM under load",
        tests: &[
            "chaos::shutdown::f23_told_to_stop_it_answers_what_it_has_begun",
            "jobs::shutdown_lets_a_running_job_finish_and_frees_its_lease",
            "http::limits::a_shutdown_does_not_wait_for_ever",
            "http::health::not_ready_while_draining",
        ],
        not_shown: "",
    },
    Row {
        number: "F24",
        fault: "a customer hangs up at any await of the checkout",
        tests: &[
            "chaos::connections::f24_a_customer_hangs_up_at_every_await_of_the_checkout",
            "pool::a_dropped_begin_loses_no_acknowledged_write",
            "pool::the_same_on_a_plain_pool_loses_some",
            "sessions::a_renewal_dropped_at_any_moment_loses_nothing",
        ],
        not_shown: "",
    },
    Row {
        number: "F25-F27",
        fault: "a panic, too little memory, keys that are exchanged",
        tests: &[
            "http::limits::a_panic_takes_one_request_and_says_nothing",
            "chaos::connections::f25_a_panic_leaves_the_connection_whole",
            "jobs::a_panic_is_recorded_and_the_runner_lives",
            "forged_tokens::a_rotated_key_overlaps_and_ends",
            "webhook_signature::while_a_secret_is_rotated_both_count_and_afterwards_one",
        ],
        not_shown: "a memory limit: the kernel ends what exceeds it by kill -9, which is F1-F6",
    },
    Row {
        number: "F29",
        fault: "dump and restore",
        tests: &["chaos::dump::f29_a_dump_restored_is_the_same_shop"],
        not_shown: "anything where there is no pg_dump; the test says so then",
    },
    Row {
        number: "F30",
        fault: "price, product or shop change between cart, checkout and webhook",
        tests: &[
            "purchase::what_changed_between_cart_and_checkout_is_a_conflict_and_no_order",
            "purchase::what_changes_after_checkout_leaves_the_order_as_it_was",
            "purchase::a_success_without_stock_is_refunded_by_itself",
        ],
        not_shown: "",
    },
];

/// All tests of this binary.
fn listed() -> BTreeSet<String> {
    let list = std::process::Command::new(std::env::current_exe().unwrap()).arg("--list").output().unwrap();
    let text = String::from_utf8(list.stdout).unwrap();
    text.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect()
}

#[test]
fn every_test_of_the_matrix_exists_and_every_test_of_a_fault_is_in_it() {
    let (listed, named) = (listed(), MATRIX.iter().flat_map(|row| row.tests.iter().copied()).collect::<BTreeSet<_>>());
    let missing: Vec<_> = named.iter().filter(|name| !listed.contains(**name)).collect();
    assert!(missing.is_empty(), "named, and not there: {missing:#?}");
    let faults = listed.iter().filter(|name| name.starts_with("chaos::") && name.matches("::").count() > 1);
    let forgotten: Vec<_> = faults.filter(|name| !named.contains(name.as_str())).collect();
    assert!(forgotten.is_empty(), "not in the matrix: {forgotten:#?}");
}

/// A line for each row: number, fault, what is not shown, tests. For `scripts/chaos.sh`.
#[test]
#[ignore = "prints the matrix"]
fn print_the_matrix() {
    for Row { number, fault, tests, not_shown } in MATRIX {
        println!("row|{number}|{fault}|{not_shown}|{}", tests.join(" "));
    }
}
