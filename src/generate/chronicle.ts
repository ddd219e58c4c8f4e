/** What happens to a company, told to whoever writes rows; a forecast tells nobody. */

/** Hears of every event of the process on its day. Members are numbers within the company. */
export interface Chronicle {
  joined(user: number, day: number): void;
  /** The member's account is closed on this day; the last possible session was the day before. */
  left(user: number, day: number): void;
  adopted(user: number, day: number, feature: number): void;
  ticketOpened(user: number, day: number, priority: number, outage: boolean): void;
  ticketResolved(user: number, day: number, priority: number): void;
  /** The plan or the number of seats grew. */
  upgraded(day: number, what: "plan" | "seats"): void;
  /** The company is gone. */
  cancelled(day: number): void;
}
