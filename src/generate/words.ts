/** Small word lists for names of people and companies; some names have letters beyond ASCII. */
import type { Rng } from "../core/random.js";

const FIRST =
  "Zoë José Łukasz Amélie Björn Chiara Dmitri Eszter Fatima Grace Henrik Ines Jun Katarzyna Liam Mónica Nadia Olu Priya Quentin Rosa Søren Tariq Uma Víctor Wanda Ximena Yuki Zhen Anna Ben Clara David Emma Felix Hana Ivan Jana Kofi Lena Marco Noah Olga Paul Rania Sara Tom Vera Will Aoife".split(
    " ",
  );
const LAST =
  "Müller García Nowak Okafor Svensson Rossi Tanaka Dubois Kowalski Nguyen Haddad O'Brien Çelik Ivanova Jensen Kim López Mensah Novák Öztürk Patel Quiroga Ricci Silva Takács Ueda Varga Weber Xu Yılmaz Zieliński Adams Baker Chen Diaz Evans Fischer Gupta Hughes Ito Jones Khan Lang Meyer Olsen Park Reyes Smith Turner Wood".split(
    " ",
  );
const COMPANY =
  "Arbor Beacon Cobalt Delta Ember Fjord Granite Harbor Indigo Juniper Kestrel Lumen Meridian Nimbus Orchid Pioneer Quartz Río Sierra Tundra Umbra Vertex Willow Xenon Ýmir Zephyr Atlas Boréal Cascade Dynamo".split(
    " ",
  );
const TRADE =
  "Analytics Logistics Software Health Foods Energy Studios Partners Robotics Media Systems Textiles Finance Travel Labs".split(
    " ",
  );
const FORM = ["GmbH", "Ltd", "Inc", "S.A.", "AB", "Sp. z o.o.", "B.V.", "K.K."];

/** Industries of companies. */
export const INDUSTRIES = [
  "software",
  "finance",
  "health",
  "retail",
  "manufacturing",
  "media",
  "education",
] as const;

/** Countries of companies, and the hours by which their working day is shifted against UTC. */
export const COUNTRIES = [
  { code: "US", shift: 5 },
  { code: "DE", shift: -1 },
  { code: "GB", shift: 0 },
  { code: "FR", shift: -1 },
  { code: "PL", shift: -1 },
  { code: "SE", shift: -1 },
  { code: "BR", shift: 3 },
  { code: "JP", shift: -7 },
] as const;

/** Draws a person's name. */
export function personName(rng: Rng): string {
  return `${pick(FIRST, rng)} ${pick(LAST, rng)}`;
}

/** Draws a company's name. */
export function companyName(rng: Rng): string {
  return `${pick(COMPANY, rng)} ${pick(TRADE, rng)} ${pick(FORM, rng)}`;
}

function pick(words: readonly string[], rng: Rng): string {
  return words[rng.int(words.length)]!;
}
