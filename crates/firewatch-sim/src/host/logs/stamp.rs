//! Times of log lines: milliseconds from the start of the incident, as a date and a time of day.

/// Days from 1970-01-01 to the day of the incident, 2026-04-04.
const DAY: i64 = 20_547;
/// Time of day at which the incident starts, milliseconds: 02:00.
const START: i64 = 2 * 3_600_000;
const MILLISECONDS_PER_DAY: i64 = 86_400_000;

/// Returns the time that is that many milliseconds after the start of the incident, as RFC 3339 writes it.
pub(super) fn stamp(milliseconds: i64) -> String {
    let at = milliseconds.saturating_add(START);
    let (year, month, day) = date(DAY + at.div_euclid(MILLISECONDS_PER_DAY));
    let time = at.rem_euclid(MILLISECONDS_PER_DAY);
    let (hours, minutes) = (time / 3_600_000, time / 60_000 % 60);
    let (seconds, milliseconds) = (time / 1000 % 60, time % 1000);
    // Digit by digit: every line of a log has a time, and formatting one takes ten times as long.
    let mut text = String::with_capacity(24);
    match year {
        0..10_000 => push_digits(&mut text, year, 4),
        _ => text.push_str(&format!("{year:04}")),
    }
    for (before, number, digits) in [
        ('-', month, 2),
        ('-', day, 2),
        ('T', hours, 2),
        (':', minutes, 2),
        (':', seconds, 2),
        ('.', milliseconds, 3),
    ] {
        text.push(before);
        push_digits(&mut text, number, digits);
    }
    text.push('Z');
    text
}

/// Adds the last digits of a number that is not negative.
fn push_digits(text: &mut String, number: i64, digits: u32) {
    for place in (0..digits).rev() {
        let digit = u8::try_from(number / 10_i64.pow(place) % 10).unwrap_or_default();
        text.push(char::from(b'0' + digit));
    }
}

/// Returns year, month and day of a day counted from 1970-01-01, in the Gregorian calendar.
fn date(day: i64) -> (i64, i64, i64) {
    const DAYS_PER_ERA: i64 = 146_097;
    // Years begin in March here, so that the leap day is the last of one.
    let day = day + 719_468;
    let (era, of_era) = (day.div_euclid(DAYS_PER_ERA), day.rem_euclid(DAYS_PER_ERA));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let of_month = of_year - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    (era * 400 + year + next, month, of_month)
}

#[cfg(test)]
mod tests {
    use super::stamp;

    #[test]
    fn times_go_on_over_the_ends_of_days_months_and_years() {
        const DAY: i64 = 86_400_000;
        for (milliseconds, expected) in [
            (0, "2026-04-04T02:00:00.000Z"),
            (-1, "2026-04-04T01:59:59.999Z"),
            (30_250, "2026-04-04T02:00:30.250Z"),
            (22 * 3_600_000, "2026-04-05T00:00:00.000Z"),
            (27 * DAY, "2026-05-01T02:00:00.000Z"),
            (272 * DAY, "2027-01-01T02:00:00.000Z"),
            // 2028 is a leap year.
            (696 * DAY, "2028-02-29T02:00:00.000Z"),
            (697 * DAY, "2028-03-01T02:00:00.000Z"),
        ] {
            assert_eq!(stamp(milliseconds), expected);
        }
        for (days, expected) in [
            (-20_547 - 719_529, "-001-12-31T"),
            (-20_547 - 719_528, "0000-01-01T"),
            (-20_547 - 354_286, "0999-12-31T"),
            (-20_547 + 2_932_896, "9999-12-31T"),
            (-20_547 + 2_932_897, "10000-01-01T"),
        ] {
            let stamp = stamp(days * DAY);
            assert!(stamp.starts_with(expected), "{stamp}");
        }
        for extreme in [i64::MIN, i64::MAX] {
            assert!(stamp(extreme).ends_with('Z'));
        }
    }
}
