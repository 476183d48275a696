/// A day of the Gregorian calendar, reckoned back before its introduction as RFC 3339 does.
///
/// Years are counted here from March, so that the leap day is a year's last, and months of 31 and 30 days alternate in
/// five-month runs of 153 days.
struct CivilDate {
    let year, month, day: Int64

    /// The day that lies so many days after 0000-01-01, at least 0.
    init(daysSinceYear0 days: Int64) {
        // 400 years before 0000-03-01, so that nothing is negative.
        let days = days + Self.daysPerEra - 60
        let (era, dayOfEra) = days.quotientAndRemainder(dividingBy: Self.daysPerEra)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        year = (era - 1) * 400 + yearOfEra + (month <= 2 ? 1 : 0)
    }

    /// A day that exists, of the year 0 or later.
    init?(year: Int64, month: Int64, day: Int64) {
        guard year >= 0, 1...12 ~= month, 1...31 ~= day else { return nil }
        self.year = year
        self.month = month
        self.day = day
        // Of days that a month does not have, the reckoning makes days of the next.
        let same = CivilDate(daysSinceYear0: daysSinceYear0)
        guard same.month == month else { return nil }
    }

    var daysSinceYear0: Int64 {
        let shifted = year + 400 - (month <= 2 ? 1 : 0)
        let monthFromMarch = month > 2 ? month - 3 : month + 9
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - Self.daysPerEra + 60
    }

    /// The calendar repeats every 400 years.
    private static let daysPerEra: Int64 = 146_097
}
