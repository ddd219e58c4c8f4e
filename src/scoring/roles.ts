/** What the tables of a product are for, by their names, columns and links: people, accounts, activity, tickets, features. */
import type { Column } from "../data/column.js";
import type { Database } from "../data/database.js";
import type { ColumnSchema, TableSchema } from "../data/schema.js";

/** A table of what people do, with what its columns tell. */
export interface ActivityRole {
  readonly table: string;
  /** When it was done. */
  readonly time: string;
  /** A number that measures how much: minutes, an amount. */
  readonly amount: ColumnSchema | null;
  readonly errors: ColumnSchema | null;
  /** A list of what was used. */
  readonly used: ColumnSchema | null;
}

/** A table of events of several kinds. */
export interface EventsRole {
  readonly table: string;
  readonly kind: ColumnSchema | null;
  /** Values of `kind` by what they tell. */
  readonly abandoned: readonly string[];
  readonly adopted: readonly string[];
  readonly valuable: readonly string[];
  /** Features that events name, with the column that parts them into core and power. */
  readonly features: FeaturesRole | null;
}

/** A table of features. */
export interface FeaturesRole {
  readonly table: string;
  /** The column of the events that names the feature. */
  readonly column: string;
  readonly category: string | null;
  /** Values of the category, with how many features there are. */
  readonly core: { readonly value: string; readonly count: number } | null;
  readonly power: { readonly value: string; readonly count: number } | null;
}

/** A table of tickets. */
export interface TicketsRole {
  readonly table: string;
  /** The time that is missing while a ticket is open. */
  readonly resolved: string;
  /** A number by which people judge the help they got. */
  readonly satisfaction: ColumnSchema | null;
  /** The column and the values that tell of urgent ones. */
  readonly urgent: { readonly column: string; readonly values: readonly string[] } | null;
}

/** The roles of a database. */
export interface Roles {
  /** People, or whoever acts. */
  readonly people: string;
  /** Whom people belong to; `null` where nobody is shared. */
  readonly accounts: { readonly table: string; readonly via: string } | null;
  readonly activity: ActivityRole;
  readonly events: EventsRole | null;
  readonly tickets: TicketsRole | null;
  /** How people look who have left: their end time; `null` where nobody ends. */
  readonly left: string | null;
  /** The link by which people name who invited them. */
  readonly invitedBy: string | null;
  /** Dated rows of accounts that tell of an upgrade. */
  readonly upgrades: {
    readonly table: string;
    readonly column: string;
    readonly values: readonly string[];
  } | null;
  /** Seats or limits of accounts; `latest`: a dated child that tells the present ones. */
  readonly seats: {
    readonly column: string;
    readonly latest: { readonly table: string; readonly column: string } | null;
  } | null;
}

const ACTIVITY = [
  /session/i,
  /visit/i,
  /login/i,
  /usage/i,
  /activit/i,
  /event/i,
  /order|purchase|transaction/i,
  /play|view|click/i,
];
const TICKET = /ticket|case|issue|incident|complaint/i;
const ACCOUNT = /compan|account|organi|tenant|team|customer|workspace/i;
const RESOLVED = /resolv|clos|solv|finish|end/i;

/**
 * Finds the roles.
 *
 * @param db - the database.
 * @returns `null` where no table of dated rows belongs to anybody.
 */
export function findRoles(db: Database): Roles | null {
  const { tables } = db.schema;
  const dated = tables.filter(
    ({ timeColumn, foreignKeys, name }) =>
      timeColumn !== null && foreignKeys.length > 0 && !TICKET.test(name),
  );
  const owned = dated.filter((table) => ownerOf(db, table) !== null);
  const best = (pattern: RegExp): TableSchema | undefined =>
    owned.find(({ name }) => pattern.test(name));
  const largest = [...owned].sort((a, b) => db.table(b.name).numRows - db.table(a.name).numRows)[0];
  const activity = ACTIVITY.map(best).find((table) => table !== undefined) ?? largest;
  if (!activity) return null;
  const people = ownerOf(db, activity)!;
  const children = tables.filter(({ foreignKeys }) =>
    foreignKeys.some(({ table }) => table === people),
  );
  const accounts = accountsOf(db, people);
  return {
    people,
    accounts,
    activity: activityRole(activity),
    events: eventsRole(
      db,
      children.filter(({ name }) => name !== activity.name),
    ),
    tickets: ticketsRole(db, children),
    left: db.tableSchema(people).endTimeColumn,
    invitedBy:
      db.tableSchema(people).foreignKeys.find(({ table }) => table === people)?.name ?? null,
    upgrades: accounts && upgradesRole(db, accounts.table),
    seats: accounts && seatsRole(db, accounts.table),
  };
}

/** The table that a table of activity belongs to: of its parents the one with a time, or the first. */
function ownerOf(db: Database, { name, foreignKeys }: TableSchema): string | null {
  const parents = foreignKeys
    .map(({ table }) => db.tableSchema(table))
    .filter((table) => table.name !== name && table.primaryKey !== null);
  return (parents.find(({ timeColumn }) => timeColumn !== null) ?? parents[0])?.name ?? null;
}

function accountsOf(db: Database, people: string): Roles["accounts"] {
  const links = db
    .tableSchema(people)
    .foreignKeys.filter(
      ({ table }) => table !== people && db.tableSchema(table).primaryKey !== null,
    );
  const found = links.find(({ table }) => ACCOUNT.test(table)) ?? links[0];
  return found ? { table: found.table, via: found.name } : null;
}

function activityRole({ name, columns, timeColumn }: TableSchema): ActivityRole {
  const numbers = columns.filter(({ stype }) => stype === "numerical");
  const named = (pattern: RegExp): ColumnSchema | null =>
    numbers.find((column) => pattern.test(column.name)) ?? null;
  return {
    table: name,
    time: timeColumn!,
    amount:
      named(/dur|minut|hour|second|length|spent/i) ?? named(/amount|price|total|value|count/i),
    errors: named(/error|fail|crash/i),
    used: columns.find(({ stype }) => stype === "multicategorical") ?? null,
  };
}

/** The distinct texts of a column, at most a hundred. */
function textsOf(column: Column): readonly string[] {
  return column.kind === "string" ? column.dictionary.slice(0, 100) : [];
}

function eventsRole(db: Database, children: readonly TableSchema[]): EventsRole | null {
  const events = children.find(
    ({ timeColumn, name, columns }) =>
      timeColumn !== null &&
      !TICKET.test(name) &&
      columns.some(({ stype }) => stype === "categorical"),
  );
  if (!events) return null;
  const kind =
    events.columns.find(
      ({ name, stype }) => stype === "categorical" && /kind|type|action/i.test(name),
    ) ?? null;
  const values = kind ? textsOf(db.table(events.name).column(kind.name)) : [];
  const like = (pattern: RegExp): string[] => values.filter((value) => pattern.test(value));
  return {
    table: events.name,
    kind,
    abandoned: like(/abandon|cancel|aborted/i),
    adopted: like(/adopt|enabled|activated|integrat/i),
    valuable: like(/report|export|project|creat|publish|share|automat|deliver/i),
    features: featuresRole(db, events),
  };
}

function featuresRole(db: Database, events: TableSchema): FeaturesRole | null {
  const link = events.foreignKeys.find(({ table }) => db.tableSchema(table).timeColumn === null);
  if (!link) return null;
  const { columns } = db.tableSchema(link.table);
  const category = columns.find(({ stype }) => stype === "categorical") ?? null;
  const count = (pattern: RegExp): FeaturesRole["core"] => {
    if (!category) return null;
    const column = db.table(link.table).column(category.name);
    if (column.kind !== "string") return null;
    const code = column.dictionary.findIndex((text) => pattern.test(text));
    if (code < 0) return null;
    const found = column.codes.reduce((sum, one) => sum + (one === code ? 1 : 0), 0);
    return { value: column.dictionary[code]!, count: found };
  };
  return {
    table: link.table,
    column: link.columns[0]!,
    category: category?.name ?? null,
    core: count(/core|basic|standard/i),
    power: count(/power|advanced|premium|pro/i),
  };
}

function ticketsRole(db: Database, children: readonly TableSchema[]): TicketsRole | null {
  const tickets = children.filter(
    ({ name, timeColumn }) => timeColumn !== null && TICKET.test(name),
  );
  for (const { name, columns } of tickets) {
    const end = columns.find(
      ({ kind, name: column, knownFrom }) =>
        kind === "timestamp" && (knownFrom === column || RESOLVED.test(column)),
    );
    if (!end) continue;
    return {
      table: name,
      resolved: end.name,
      satisfaction:
        columns.find(
          ({ name: column, stype }) =>
            stype === "numerical" && /satisf|rating|csat|nps/i.test(column),
        ) ?? null,
      urgent: urgentOf(db, name, columns),
    };
  }
  return null;
}

function urgentOf(
  db: Database,
  table: string,
  columns: readonly ColumnSchema[],
): TicketsRole["urgent"] {
  const found = columns.find(
    ({ name, stype }) => stype === "categorical" && /priorit|sever|urgen/i.test(name),
  );
  if (!found) return null;
  const values = textsOf(db.table(table).column(found.name)).filter((value) =>
    /high|urgent|critical|block/i.test(value),
  );
  return values.length === 0 ? null : { column: found.name, values };
}

function upgradesRole(db: Database, accounts: string): Roles["upgrades"] {
  const dated = db.schema.tables.filter(
    ({ timeColumn, foreignKeys }) =>
      timeColumn !== null && foreignKeys.some(({ table }) => table === accounts),
  );
  for (const { name, columns } of dated) {
    for (const { name: column, stype } of columns) {
      if (stype !== "categorical") continue;
      const values = textsOf(db.table(name).column(column)).filter((value) =>
        /upgrade|expan|upsell/i.test(value),
      );
      if (values.length > 0) return { table: name, column, values };
    }
  }
  return null;
}

function seatsRole(db: Database, accounts: string): Roles["seats"] {
  const isSeats = ({ name, stype }: ColumnSchema): boolean =>
    stype === "numerical" && /seat|licen[cs]e|limit|quota/i.test(name);
  const own = db.tableSchema(accounts).columns.find(isSeats);
  const dated = db.schema.tables.find(
    ({ timeColumn, foreignKeys, columns }) =>
      timeColumn !== null &&
      foreignKeys.some(({ table }) => table === accounts) &&
      columns.some(isSeats),
  );
  const latest = dated ? { table: dated.name, column: dated.columns.find(isSeats)!.name } : null;
  if (own) return { column: own.name, latest };
  return latest ? { column: latest.column, latest } : null;
}
