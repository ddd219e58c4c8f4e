/** Metrics that the roles of a database offer, as expressions of the query language, for people or for accounts. */
import { printName } from "../../pql/syntax/print.js";
import { capitalize, humanize, singular, withoutUnit } from "../core/words.js";
import type { MetricConfig } from "./config.js";
import type { Roles } from "./roles.js";

/** Whom a score is of. */
export type ScoreLevel = "user" | "account";

function text(value: string): string {
  return `'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

/** Writes that a column has one of some texts. */
export function isOneOf(column: string, values: readonly string[]): string {
  return `${column} IN (${values.map(text).join(", ")})`;
}

/**
 * Lists the metrics.
 *
 * @param roles - of the database.
 * @param level - people, or accounts with everybody in them.
 * @returns by name; what a database lacks is missing.
 */
export function metricsFor(roles: Roles, level: ScoreLevel): Record<string, MetricConfig> {
  return {
    ...activityMetrics(roles, level),
    ...eventMetrics(roles),
    ...ticketMetrics(roles),
    ...teamMetrics(roles, level),
  };
}

/** Counts the people who have not left. */
function countMembers({ people, left }: Roles): string {
  const table = printName(people);
  const where = left === null ? "" : ` WHERE ${table}.${printName(left)} IS NULL`;
  return `COUNT(${table}.*${where}, -INF, 0, days)`;
}

function activityMetrics(roles: Roles, level: ScoreLevel): Record<string, MetricConfig> {
  const { activity } = roles;
  const table = printName(activity.table);
  // Of an account per member, so that large ones are no healthier for being large.
  const per = level === "account" ? ` / ${countMembers(roles)}` : "";
  const noun = humanize(activity.table);
  const each = level === "account" ? " a member" : "";
  const metrics: Record<string, MetricConfig> = {
    frequency: {
      expression: `COUNT(${table}.*, -28, 0, days) / 4${per}`,
      label: `${capitalize(noun)} a week${each}`,
      group: "usage",
      passive: true,
    },
    recency: {
      expression: `LAST(${table}.${printName(activity.time)}, -INF, 0, days)`,
      label: `Days since the last ${singular(noun)}`,
      unit: "days",
      group: "usage",
      passive: true,
    },
    trajectory: {
      expression: `COUNT(${table}.*, -45, 0, days) / COUNT(${table}.*, -90, -45, days) - 1`,
      label: `Trajectory of ${noun} over 90 days`,
      unit: "percent",
      group: "usage",
      passive: true,
    },
    previousFrequency: {
      expression: `COUNT(${table}.*, -56, -28, days) / 4${per}`,
      label: `${capitalize(noun)} a week${each}, the month before`,
      group: "usage",
      passive: true,
    },
    lastWeek: {
      expression: `COUNT(${table}.*, -7, 0, days)${per}`,
      label: `${capitalize(noun)} in the last week${each}`,
      group: "usage",
      passive: true,
    },
    stickiness: {
      expression: `COUNT(${table}.*, -7, 0, days) / COUNT(${table}.*, -28, 0, days)`,
      label: `Share of the last four weeks' ${noun} in the last one`,
      unit: "percent",
      group: "usage",
      passive: true,
    },
  };
  if (activity.amount) {
    const column = `${table}.${printName(activity.amount.name)}`;
    const { unit } = activity.amount;
    const amount = withoutUnit(humanize(activity.amount.name), unit);
    metrics["amount"] = {
      expression: `SUM(${column}, -28, 0, days)${per}`,
      label: `Total of ${amount} in 28 days${each}`,
      ...(unit && { unit }),
      group: "usage",
      passive: true,
    };
    metrics["amountTrend"] = {
      expression: `SUM(${column}, -45, 0, days) / SUM(${column}, -90, -45, days) - 1`,
      label: `Trajectory of ${amount} over 90 days`,
      unit: "percent",
      group: "usage",
      passive: true,
    };
    metrics["amountEach"] = {
      expression: `AVG(${column}, -28, 0, days)`,
      label: `Average of ${amount} in 28 days`,
      ...(unit && { unit }),
      group: "usage",
      passive: true,
    };
  }
  if (activity.errors) {
    metrics["errors"] = {
      expression: `AVG(${table}.${printName(activity.errors.name)}, -30, 0, days)`,
      label: `Errors per ${singular(noun)}`,
      group: "friction",
    };
  }
  return metrics;
}

function eventMetrics({ events }: Roles): Record<string, MetricConfig> {
  if (!events) return {};
  const table = printName(events.table);
  const metrics: Record<string, MetricConfig> = {};
  const kind = events.kind && `${table}.${printName(events.kind.name)}`;
  const counted = (values: readonly string[], days: number): string =>
    `COUNT(${table}.* WHERE ${isOneOf(kind!, values)}, -${days}, 0, days)`;
  const { features } = events;
  if (features) {
    const used = `${table}.${printName(features.column)}`;
    const category =
      features.category && `${printName(features.table)}.${printName(features.category)}`;
    metrics["breadth"] = {
      expression: `COUNT_DISTINCT(${used}, -90, 0, days)`,
      label: "Features used in 90 days",
      group: "adoption",
    };
    metrics["breadthChange"] = {
      expression: `COUNT_DISTINCT(${used}, -45, 0, days) - COUNT_DISTINCT(${used}, -90, -45, days)`,
      label: "Features used in 45 days, more than in the 45 before",
      group: "expansion",
    };
    if (features.core && category) {
      metrics["coreFeatures"] = {
        expression: `COUNT_DISTINCT(${used} WHERE ${category} = ${text(features.core.value)}, -90, 0, days) / ${features.core.count}`,
        label: "Core features used in 90 days",
        unit: "percent",
        group: "adoption",
      };
    }
    if (features.power && category) {
      metrics["powerFeatures"] = {
        expression: `COUNT(${table}.* WHERE ${category} = ${text(features.power.value)}, -90, 0, days)`,
        label: "Uses of power features in 90 days",
        group: "adoption",
      };
      metrics["powerBreadth"] = {
        expression: `COUNT_DISTINCT(${used} WHERE ${category} = ${text(features.power.value)}, -90, 0, days)`,
        label: "Power features used in 90 days",
        group: "adoption",
      };
    }
  }
  const hasCategories = features?.category && features.power;
  if (kind && events.adopted.length > 0) {
    if (hasCategories) {
      const power = `${printName(features.table)}.${printName(features.category!)} = ${text(features.power.value)}`;
      metrics["newPowerFeatures"] = {
        expression: `COUNT(${table}.* WHERE ${isOneOf(kind, events.adopted)} AND ${power}, -90, 0, days)`,
        label: "Power features and integrations adopted in 90 days",
        group: "expansion",
      };
    }
    metrics["newFeatures"] = {
      expression: counted(events.adopted, 90),
      label: "Features adopted in 90 days",
      group: "expansion",
    };
  }
  if (kind && events.valuable.length > 0) {
    metrics["valueActions"] = {
      expression: counted(events.valuable, 28),
      label: `Value actions in 28 days (${events.valuable.join(", ")})`,
      group: "activity",
    };
    for (const value of events.valuable) {
      metrics[`actions ${value}`] = {
        expression: counted([value], 28),
        label: `${capitalize(value)} actions in 28 days`,
        group: "activity",
      };
    }
  }
  if (kind && events.abandoned.length > 0) {
    metrics["abandoned"] = {
      expression: counted(events.abandoned, 30),
      label: "Abandoned workflows in 30 days",
      group: "friction",
    };
  }
  return metrics;
}

function ticketMetrics({ tickets }: Roles): Record<string, MetricConfig> {
  if (!tickets) return {};
  const table = printName(tickets.table);
  const isOpen = `${table}.${printName(tickets.resolved)} IS NULL`;
  const metrics: Record<string, MetricConfig> = {
    unresolvedTickets: {
      expression: `COUNT(${table}.* WHERE ${isOpen}, -INF, 0, days)`,
      label: "Unresolved tickets",
      group: "support",
    },
    tickets: {
      expression: `COUNT(${table}.*, -90, 0, days)`,
      label: "Tickets opened in 90 days",
      group: "support",
    },
  };
  if (tickets.urgent) {
    const urgent = isOneOf(`${table}.${printName(tickets.urgent.column)}`, tickets.urgent.values);
    metrics["urgentTickets"] = {
      expression: `COUNT(${table}.* WHERE ${isOpen} AND ${urgent}, -INF, 0, days)`,
      label: `Unresolved tickets that are ${tickets.urgent.values.join(" or ")}`,
      group: "support",
    };
  }
  if (tickets.satisfaction) {
    metrics["satisfaction"] = {
      expression: `AVG(${table}.${printName(tickets.satisfaction.name)}, -180, 0, days)`,
      label: `Average ${humanize(tickets.satisfaction.name)} in 180 days`,
      group: "support",
    };
  }
  return metrics;
}

function teamMetrics(roles: Roles, level: ScoreLevel): Record<string, MetricConfig> {
  const { accounts, people, invitedBy, left, activity, seats } = roles;
  const members = printName(people);
  const metrics: Record<string, MetricConfig> = {};
  if (invitedBy && level === "user") {
    metrics["invited"] = {
      expression: `COUNT(${members}.* VIA ${printName(invitedBy)}, -90, 0, days)`,
      label: "Invited in 90 days",
      group: "team",
    };
  }
  if (!accounts) return metrics;
  const place = level === "account" ? {} : { of: accounts.table, via: accounts.via };
  metrics["teamSize"] = {
    expression: countMembers(roles),
    label: "Members of the team",
    group: "team",
    ...place,
  };
  metrics["newMembers"] = {
    expression: `COUNT(${members}.*, -90, 0, days)`,
    label: "Members added in 90 days",
    group: "expansion",
    ...place,
  };
  if (left !== null) {
    metrics["leftMembers"] = {
      expression: `COUNT(${members}.* WHERE ${members}.${printName(left)} IS NOT NULL, -INF, 0, days)`,
      label: "Members deactivated in 90 days",
      group: "team",
      change: 90,
      ...place,
    };
  }
  if (level === "user") {
    const visits = printName(activity.table);
    const noun = humanize(activity.table);
    metrics["teamFrequency"] = {
      expression: `COUNT(${visits}.*, -28, 0, days) / 4 / ${countMembers(roles)}`,
      label: `${capitalize(noun)} a week a member of the team`,
      group: "team",
      passive: true,
      ...place,
    };
    metrics["teamTrajectory"] = {
      expression: `COUNT(${visits}.*, -45, 0, days) / COUNT(${visits}.*, -90, -45, days) - 1`,
      label: `Trajectory of the team's ${noun} over 90 days`,
      unit: "percent",
      group: "team",
      passive: true,
      ...place,
    };
  }
  if (seats) {
    const own = `${printName(accounts.table)}.${printName(seats.column)}`;
    const latest =
      seats.latest &&
      `LAST(${printName(seats.latest.table)}.${printName(seats.latest.column)}, -INF, 0, days)`;
    const isOwn = !seats.latest || seats.column !== seats.latest.column;
    const limit = latest === null ? own : isOwn ? latest : `COALESCE(${latest}, ${own})`;
    metrics["planUse"] = {
      expression: `${countMembers(roles)} / ${limit}`,
      label: "Members for each seat of the plan",
      unit: "percent",
      group: "expansion",
      ...place,
    };
    metrics["seatsAdded"] = {
      expression: limit,
      label: "Seats added in 90 days",
      group: "expansion",
      change: 90,
      ...place,
    };
  }
  return metrics;
}

/** Something done, with its weight in a weighted sum. */
export interface DoneMetric {
  readonly name: string;
  readonly each: number;
  readonly metric: MetricConfig;
}

/**
 * Lists what is done in the last days, with weights that follow closeness to value: visits 1, adopted features 2, value actions 3.
 *
 * @param days - the window.
 */
export function doneIn(roles: Roles, level: ScoreLevel, days: number): readonly DoneMetric[] {
  const { activity, events } = roles;
  const per = level === "account" ? ` / ${countMembers(roles)}` : "";
  const count = (table: string, where: string): string =>
    `COUNT(${printName(table)}.*${where}, -${days}, 0, days)${per}`;
  const done: DoneMetric[] = [];
  const add = (name: string, each: number, expression: string, passive: boolean): void => {
    const label = `${capitalize(name)} in ${days} days${level === "account" ? " a member" : ""}`;
    done.push({ name, each, metric: { expression, label, group: "activity", passive } });
  };
  add(humanize(activity.table), 1, count(activity.table, ""), true);
  if (!events?.kind) return done;
  const kind = `${printName(events.table)}.${printName(events.kind.name)}`;
  const some = (values: readonly string[]): string =>
    count(events.table, ` WHERE ${isOneOf(kind, values)}`);
  if (events.valuable.length > 0) add("value actions", 3, some(events.valuable), false);
  if (events.adopted.length > 0) add("adopted features", 2, some(events.adopted), false);
  return done;
}
