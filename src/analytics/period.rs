//! From what somebody asks for to days, and back. Days are those of UTC.

use time::format_description::FormatItem;
use time::macros::format_description;
use time::{Date, Duration, OffsetDateTime};

use super::{Asked, Grain, Preset, Span, field};
use crate::values::{FieldErrors, FieldProblem};

const DAY: &[FormatItem<'_>] = format_description!("[year]-[month]-[day]");
/// How far back one may look: ten years, with their leap days.
const MAX_DAYS: i64 = 3653;
/// Up to here a period is cut into days and into weeks unless something else is asked for…
const USUAL_DAYS: i64 = 45;
const USUAL_WEEKS: i64 = 190;
/// …and longer ones cannot be: nobody reads more rows.
const MOST_IN_DAYS: i64 = 366;
const MOST_IN_WEEKS: i64 = 366 * 3;

/// Days from the first to the last, both included, and how they are cut.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Period {
    pub from: Date,
    pub until: Date,
    pub grain: Grain,
    /// None: the days were chosen one by one.
    pub preset: Option<Preset>,
    today: Date,
}

impl Period {
    /// What is asked for; without anything, the last thirty days.
    ///
    /// # Errors
    /// `Invalid` names what is wrong with the days. A preset or a grain that does not exist counts as not asked for.
    pub fn of(asked: &Asked) -> Result<Self, FieldErrors> {
        Self::on(OffsetDateTime::now_utc().date(), asked)
    }

    /// The same with the usual period in place of one that makes no sense.
    pub fn or_usual(asked: &Asked) -> Self {
        let usual = Asked { range: Preset::ThirtyDays.as_str().to_owned(), by: asked.by.clone(), ..Asked::default() };
        Self::of(asked).or_else(|_| Self::of(&usual)).unwrap_or_else(|_| unreachable!("no days are asked for"))
    }

    fn on(today: Date, asked: &Asked) -> Result<Self, FieldErrors> {
        let (from, until) = (asked.from.trim(), asked.until.trim());
        let preset = if from.is_empty() && until.is_empty() { Some(asked.range.parse().unwrap_or(Preset::ThirtyDays)) } else { None };
        let (from, until) = match preset {
            Some(preset) => days_of(preset, today),
            None => days(from, until, today)?,
        };
        let grain = grain(whole_days(from, until), asked.by.parse().ok());
        Ok(Self { from, until, grain, preset, today })
    }

    /// This month so far, after the whole month before.
    pub fn two_months() -> Self {
        let today = OffsetDateTime::now_utc().date();
        let from = start_of(start_of(today, Grain::Month) - Duration::DAY, Grain::Month);
        Self { from, until: today, grain: Grain::Month, preset: None, today }
    }

    pub fn span(&self) -> Span {
        span(self.from, self.until)
    }

    /// What it is compared with. This year with the same days of the year before; whole months, also while the last one runs, with as many
    /// months before; other days with as many days before.
    pub fn before(&self) -> (Date, Date) {
        if self.preset == Some(Preset::ThisYear) {
            return (months_earlier(self.from, 12), months_earlier(self.until, 12));
        }
        let ends_month = self.until == last_of_month(self.until);
        if self.from.day() == 1 && (ends_month || self.until == self.today) {
            let months = months_between(self.from, self.until) + 1;
            let until = months_earlier(self.until, months);
            return (months_earlier(self.from, months), if ends_month { last_of_month(until) } else { until });
        }
        (self.from - Duration::days(whole_days(self.from, self.until)), self.from - Duration::DAY)
    }

    /// The pieces: first day of each, also if it lies before the period; the days of it that lie within; whether that is not all of it.
    pub fn pieces(&self) -> impl Iterator<Item = Piece> {
        let period = *self;
        let mut next = start_of(self.from, self.grain);
        std::iter::from_fn(move || {
            let (start, end) = (next, end_of(next, period.grain));
            next = end.next_day()?;
            (start <= period.until).then(|| {
                let (from, until) = (start.max(period.from), end.min(period.until));
                let cut = from > start || until < end.min(period.today);
                Piece { start, from, until, partial: cut || end >= period.today, cut }
            })
        })
    }

    /// As one asks for it.
    pub fn asked(&self) -> Asked {
        let by = self.grain.as_str().to_owned();
        match self.preset {
            Some(preset) => Asked { range: preset.as_str().to_owned(), by, ..Asked::default() },
            None => Asked { range: String::new(), from: text(self.from), until: text(self.until), by },
        }
    }

    /// As it stands in an address.
    pub fn query(&self) -> String {
        let Asked { range, from, until, by } = self.asked();
        let parts = [(field::RANGE, range), (field::FROM, from), (field::UNTIL, until), (field::BY, by)];
        // Nothing among them has a meaning in addresses.
        parts
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={value}"))
            .collect::<Vec<_>>()
            .join("&")
    }
}

/// A piece of a period.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Piece {
    pub start: Date,
    pub from: Date,
    pub until: Date,
    /// It is not over, or something is cut off.
    pub partial: bool,
    /// Days that have been are cut off.
    pub cut: bool,
}

pub fn span(from: Date, until: Date) -> Span {
    Span { from: text(from), until: text(until) }
}

/// `2026-11-30`
pub fn text(day: Date) -> String {
    // All parts of it are there, so it can be written.
    day.format(DAY).unwrap_or_default()
}

fn whole_days(from: Date, until: Date) -> i64 {
    (until - from).whole_days() + 1
}

fn days(from: &str, until: &str, today: Date) -> Result<(Date, Date), FieldErrors> {
    let mut errors = FieldErrors::default();
    let mut day = |name: &str, text: &str, missing: Date| match Date::parse(text, DAY) {
        _ if text.is_empty() => Some(missing),
        Ok(day) if day > today || whole_days(day, today) > MAX_DAYS => {
            errors.push(name, FieldProblem::DayOutOfRange);
            None
        }
        Ok(day) => Some(day),
        Err(_) => {
            errors.push(name, FieldProblem::NotADay);
            None
        }
    };
    // Without a last day it goes on until today, without a first one it is that day alone.
    let until_day = day(field::UNTIL, until, today);
    let from_day = day(field::FROM, from, until_day.unwrap_or(today));
    match (from_day, until_day) {
        (Some(from), Some(until)) if from <= until => Ok((from, until)),
        (Some(_), Some(_)) => Err(FieldErrors::one(field::UNTIL, FieldProblem::EndsBeforeItBegins)),
        _ => Err(errors),
    }
}

fn days_of(preset: Preset, today: Date) -> (Date, Date) {
    let month = start_of(today, Grain::Month);
    match preset {
        Preset::Today => (today, today),
        Preset::SevenDays => (today - Duration::days(6), today),
        Preset::ThirtyDays => (today - Duration::days(29), today),
        Preset::ThisMonth => (month, today),
        Preset::LastMonth => (months_earlier(month, 1), month - Duration::DAY),
        Preset::TwelveMonths => (months_earlier(month, 11), today),
        Preset::ThisYear => (months_earlier(month, i32::from(u8::from(today.month())) - 1), today),
    }
}

fn grain(days: i64, asked: Option<Grain>) -> Grain {
    let usual = if days <= USUAL_DAYS {
        Grain::Day
    } else if days <= USUAL_WEEKS {
        Grain::Week
    } else {
        Grain::Month
    };
    match asked.unwrap_or(usual) {
        Grain::Day if days > MOST_IN_DAYS => usual,
        Grain::Week if days > MOST_IN_WEEKS => Grain::Month,
        grain => grain,
    }
}

fn start_of(day: Date, grain: Grain) -> Date {
    match grain {
        Grain::Day => day,
        Grain::Week => day - Duration::days(day.weekday().number_days_from_monday().into()),
        Grain::Month => day - Duration::days(i64::from(day.day()) - 1),
    }
}

fn end_of(start: Date, grain: Grain) -> Date {
    match grain {
        Grain::Day => start,
        Grain::Week => start + Duration::days(6),
        Grain::Month => last_of_month(start),
    }
}

fn last_of_month(day: Date) -> Date {
    start_of(day, Grain::Month) + Duration::days(i64::from(day.month().length(day.year())) - 1)
}

fn months_between(from: Date, until: Date) -> i32 {
    (until.year() - from.year()) * 12 + i32::from(u8::from(until.month())) - i32::from(u8::from(from.month()))
}

/// The same day of an earlier month, or that month's last one.
fn months_earlier(day: Date, months: i32) -> Date {
    let mut first = start_of(day, Grain::Month);
    for _ in 0..months {
        first = start_of(first - Duration::DAY, Grain::Month);
    }
    (first + Duration::days(i64::from(day.day()) - 1)).min(last_of_month(first))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::macros::date;

    use super::*;

    const TODAY: Date = date!(2026 - 11 - 25);

    fn asked(range: &str, from: &str, until: &str, by: &str) -> Asked {
        Asked { range: range.into(), from: from.into(), until: until.into(), by: by.into() }
    }

    fn period(range: &str, from: &str, until: &str, by: &str) -> Period {
        Period::on(TODAY, &asked(range, from, until, by)).unwrap()
    }

    #[test]
    fn presets_are_what_they_are_called_and_compared_with_what_came_before() {
        for (preset, from, until, (before_from, before_until)) in [
            ("today", date!(2026 - 11 - 25), TODAY, (date!(2026 - 11 - 24), date!(2026 - 11 - 24))),
            ("7d", date!(2026 - 11 - 19), TODAY, (date!(2026 - 11 - 12), date!(2026 - 11 - 18))),
            ("30d", date!(2026 - 10 - 27), TODAY, (date!(2026 - 09 - 27), date!(2026 - 10 - 26))),
            ("this_month", date!(2026 - 11 - 01), TODAY, (date!(2026 - 10 - 01), date!(2026 - 10 - 25))),
            ("last_month", date!(2026 - 10 - 01), date!(2026 - 10 - 31), (date!(2026 - 09 - 01), date!(2026 - 09 - 30))),
            ("12m", date!(2025 - 12 - 01), TODAY, (date!(2024 - 12 - 01), date!(2025 - 11 - 25))),
            ("this_year", date!(2026 - 01 - 01), TODAY, (date!(2025 - 01 - 01), date!(2025 - 11 - 25))),
            ("nonsense", date!(2026 - 10 - 27), TODAY, (date!(2026 - 09 - 27), date!(2026 - 10 - 26))),
        ] {
            let period = period(preset, "", "", "");
            assert_eq!((period.from, period.until, period.before()), (from, until, (before_from, before_until)), "{preset}");
        }
    }

    #[test]
    fn a_year_is_compared_with_the_same_days_of_the_one_before() {
        for (today, last) in [
            (date!(2028 - 02 - 29), date!(2027 - 02 - 28)),
            (date!(2025 - 02 - 28), date!(2024 - 02 - 28)),
            (date!(2025 - 03 - 01), date!(2024 - 03 - 01)),
            (date!(2026 - 01 - 01), date!(2025 - 01 - 01)),
            (date!(2026 - 12 - 31), date!(2025 - 12 - 31)),
        ] {
            let (first, until) = Period::on(today, &asked("this_year", "", "", "")).unwrap().before();
            assert_eq!((first.ordinal(), until), (1, last), "{today}");
        }
    }

    #[test]
    fn days_of_ones_own_win_and_bad_ones_are_named() {
        let chosen = period("12m", "2026-02-01", "2026-02-28", "week");
        assert_eq!(
            (chosen.from, chosen.until, chosen.grain, chosen.preset),
            (date!(2026 - 02 - 01), date!(2026 - 02 - 28), Grain::Week, None)
        );
        assert_eq!(chosen.before(), (date!(2026 - 01 - 01), date!(2026 - 01 - 31)));
        assert_eq!(chosen.query(), "from=2026-02-01&until=2026-02-28&by=week");
        assert_eq!(period("", "2026-11-01", "", "").until, TODAY);
        assert_eq!(period("", "", "2026-11-01", "").from, date!(2026 - 11 - 01));
        for (from, until, name, problem) in [
            ("2026-02-30", "2026-03-01", "from", FieldProblem::NotADay),
            ("yesterday", "", "from", FieldProblem::NotADay),
            ("2026-03-01", "'; drop table orders", "until", FieldProblem::NotADay),
            ("2026-03-02", "2026-03-01", "until", FieldProblem::EndsBeforeItBegins),
            ("2026-11-26", "", "from", FieldProblem::DayOutOfRange),
            ("2016-01-01", "2026-01-01", "from", FieldProblem::DayOutOfRange),
            ("0000-01-01", "", "from", FieldProblem::DayOutOfRange),
        ] {
            let errors = Period::on(TODAY, &asked("", from, until, "")).unwrap_err();
            assert_eq!(errors.of(name), Some(problem), "{from} {until}");
        }
    }

    #[test]
    fn long_periods_are_not_cut_into_days() {
        for (from, by, grain) in [
            ("2026-11-01", "", Grain::Day),
            ("2026-08-01", "", Grain::Week),
            ("2026-01-01", "", Grain::Month),
            ("2026-01-01", "day", Grain::Day),
            ("2025-01-01", "day", Grain::Month),
            ("2024-01-01", "week", Grain::Week),
            ("2020-01-01", "week", Grain::Month),
        ] {
            assert_eq!(period("", from, "", by).grain, grain, "{from} by {by}");
        }
    }

    #[test]
    fn what_is_cut_off_or_not_over_is_marked() {
        let weeks: Vec<Piece> = period("", "2026-11-04", "2026-11-25", "week").pieces().collect();
        let marks: Vec<_> = weeks.iter().map(|piece| (piece.from, piece.until, piece.partial, piece.cut)).collect();
        assert_eq!(
            marks,
            [
                (date!(2026 - 11 - 04), date!(2026 - 11 - 08), true, true),
                (date!(2026 - 11 - 09), date!(2026 - 11 - 15), false, false),
                (date!(2026 - 11 - 16), date!(2026 - 11 - 22), false, false),
                (date!(2026 - 11 - 23), TODAY, true, false),
            ]
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        /// Whatever the period, its pieces are all of its days, each once; and what it is compared with lies before it.
        #[test]
        fn pieces_are_the_period(back in 0..3000_i64, length in 1..1200_i64, by in 0..3_usize) {
            let until = TODAY - Duration::days(back);
            let from = (until - Duration::days(length - 1)).max(TODAY - Duration::days(MAX_DAYS - 1));
            let period = period("", &text(from), &text(until), Grain::ALL[by].as_str());
            let pieces: Vec<Piece> = period.pieces().collect();
            prop_assert_eq!(pieces[0].from, from);
            prop_assert_eq!(pieces[pieces.len() - 1].until, until);
            for pair in pieces.windows(2) {
                prop_assert_eq!(pair[0].until.next_day().unwrap(), pair[1].from);
            }
            prop_assert!(pieces.iter().all(|piece| piece.from <= piece.until && start_of(piece.from, period.grain) == piece.start));
            prop_assert!(pieces.len() <= 400);
            let (before_from, before_until) = period.before();
            prop_assert!(before_from <= before_until && before_until < from);
        }
    }
}
