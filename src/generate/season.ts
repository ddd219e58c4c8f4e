/** The seasons that all companies share: quiet weeks in August and around the turn of the year. */
import { type Calendar, dayTime } from "./options.js";
import { SAAS_PARAMETERS } from "./parameters.js";

/**
 * Returns the log factor of each day of the calendar: float64 `[days]`.
 *
 * @param calendar - the run's calendar.
 */
export function seasonByDay(calendar: Calendar): Float64Array {
  const { summer, christmas } = SAAS_PARAMETERS.season;
  const season = new Float64Array(calendar.days);
  for (let day = 0; day < calendar.days; day++) {
    const date = new Date(dayTime(calendar, day));
    const yearStart = Date.UTC(date.getUTCFullYear(), 0, 1);
    const dayOfYear = Math.round((date.getTime() - yearStart) / 86_400_000);
    const fromNewYear = Math.min(dayOfYear, 366 - dayOfYear);
    season[day] = summer * bump(dayOfYear - 220, 25) + christmas * bump(fromNewYear, 6);
  }
  return season;
}

function bump(distance: number, width: number): number {
  return Math.exp(-0.5 * (distance / width) ** 2);
}
