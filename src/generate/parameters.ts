/** The coefficients of the generated company: every planted effect with its size, in one place. */

/** Roles of users, in the order of the per-role coefficients. */
export const ROLES = ["admin", "manager", "analyst", "viewer"] as const;

/** Plans from small to large. */
export const PLANS = ["starter", "team", "business", "enterprise"] as const;

/** Ticket priorities, in the order of the per-priority coefficients. */
export const PRIORITIES = ["low", "medium", "high", "urgent"] as const;

/** Ticket categories; an open urgent `outage` ticket holds back the whole company. */
export const CATEGORIES = ["question", "bug", "billing", "permissions", "outage"] as const;

/** Features of the product: the first six are core, the others power features. */
export const FEATURES = [
  "dashboard",
  "search",
  "comments",
  "sharing",
  "exports",
  "notifications",
  "api",
  "automations",
  "integrations",
  "custom_reports",
  "forecasting",
  "sql_editor",
] as const;

/** Number of core features; features from this index on are power features. */
export const CORE_FEATURES = 6;

/**
 * All coefficients, on the scale of the log intensity unless a name says otherwise. They are written to
 * `truth/truth.json`; `README.md` of this folder has the formulas that use them.
 */
export const SAAS_PARAMETERS = {
  /** Sessions a day of a settled analyst on a weekday-neutral day, at 50 sessions per user. */
  rate: {
    perDay: 0.062,
    companySd: 0.4,
    userSd: 0.75,
    byRole: [0.35, 0.2, 0, -0.5],
    maxPerDay: 12,
  },
  /** Minutes of a session: log-normal around the user's own level; shorter at the end of a drift. */
  duration: { medianMinutes: 22, userSd: 0.35, sd: 0.4, atDriftEnd: -0.5, maxMinutes: 600 },
  /** Company mood: AR(1) in days; felt by a role after its lag. */
  mood: {
    sd: 0.85,
    memoryDays: 40,
    lagDays: [0, 6, 24, 32],
    lagSpreadDays: 4,
    newMember: 0.04,
    leadLeft: -0.5,
  },
  /** The user's own slow process, seen by nobody else. */
  personal: { sd: 0.2, memoryDays: 25 },
  /** New users start low and settle exponentially. */
  onboarding: { start: -1, memoryDays: 14 },
  /** A power feature lifts its user over the following weeks; colleagues adopt what colleagues use. */
  adoption: {
    powerLift: 0.65,
    powerDecay: 0.65,
    coreLift: 0.06,
    memoryDays: 18,
    corePerDay: 0.012,
    powerPerDay: 0.0004,
    powerPerDayByColleagues: 0.012,
    lead: 3,
  },
  /** Tickets: chance a day, shares of priorities, chance a day to be resolved, effect while open. */
  tickets: {
    perDay: 0.006,
    shares: [0.3, 0.32, 0.2, 0.18],
    resolvedPerDay: [0.3, 0.2, 0.06, 0.045],
    whileOpen: [0, -0.05, -0.9, -1.9],
    outageShare: 0.2,
    outageForColleagues: -0.6,
  },
  /** A user's way out: a drift of three to four months, then the account is closed. Chances are per day. */
  churn: {
    perDay: 0.001,
    singleUser: 3,
    perMood: -0.6,
    blockedByTicket: 6,
    perPowerFeature: 0.75,
    afterColleagueLeft: 2,
    colleagueMemoryDays: 45,
    driftDays: [90, 125],
    driftDepth: -3,
  },
  /** A company's way out: the mood's level sinks, then all accounts are closed. */
  decline: { perDay: 0.0005, singleUser: 2.5, days: [90, 130], depth: -2.6 },
  /** Team growth: chance a day of an invitation for each colleague not yet there. */
  growth: { perDay: 0.01, perMood: 0.7 },
  /** Plan limits: sessions a day and seat (at 50 sessions per user); usage saturates near the limit. */
  plan: {
    sessionsPerSeat: [0.1, 0.2, 0.4, 1.4],
    sharpness: 3,
    utilisationDays: 14,
    upgradePerDay: 0.05,
    upgradeFrom: 0.8,
    seatsPerDay: 0.03,
    pricePerSeat: [9, 19, 39, 79],
  },
  /** Seasons: dips in August and around the turn of the year. */
  season: { summer: -0.3, christmas: -0.6 },
  /** What sessions show besides minutes: errors, breadth of features, value events. */
  traces: {
    errors: 0.25,
    errorsInDrift: 1.6,
    errorsWhileBlocked: 1.2,
    breadth: 0.5,
    breadthAtDriftEnd: 0.12,
    eventsPerSession: 0.3,
    abandoned: 0.05,
    abandonedInDrift: 0.45,
  },
  /** Invoices: days until payment; a declining company pays late or never. */
  payment: { medianDays: 6, sd: 0.5, perMood: -0.5, inDecline: 1.2, unpaidInDecline: 0.25 },
} as const;
