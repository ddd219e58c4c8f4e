/** Walks of a bound tree: along which links its value for a row depends on other rows. */
import { type LinkStep, stepDown, stepUp, type Walk } from "../../src/data/walks.js";
import { type BoundTarget, boundAggregations, boundColumns, type Hop, insideOf } from "./bound.js";

/**
 * Lists the walks from the rows that have the value to all rows it is made of.
 *
 * @param node - the tree; `null` reads nothing.
 * @returns walks from the table whose rows have the value, the row itself left out.
 */
export function boundWalks(node: BoundTarget | null): Walk[] {
  if (node === null) return [];
  const columns = boundColumns(node).map(({ steps }) => steps.map(forwards));
  const inner = boundAggregations(node).flatMap((aggregation): Walk[] => {
    const { table, path } = aggregation;
    const { hops } = path;
    const whole = [...hops].reverse().map(backwards);
    const names = [table.name, ...hops.map(({ to }) => to.name)];
    const upTo = (position: number): Walk => whole.slice(0, hops.length - position);
    // What stands inside begins at a row of the path, which lies on the way.
    const along = insideOf(aggregation)
      .flatMap(boundColumns)
      .map(({ position, steps }) => [...upTo(position), ...steps.map(forwards)]);
    const nested = insideOf(aggregation)
      .flatMap(boundAggregations)
      .flatMap((inner) => {
        const start = upTo(names.indexOf(inner.owner.name));
        return boundWalks(inner).map((walk) => [...start, ...walk]);
      });
    return [whole, ...along, ...nested];
  });
  return [...columns, ...inner];
}

function forwards({ direction, from, to, foreignKey }: Hop): LinkStep {
  return direction === "up"
    ? stepUp(from.name, foreignKey.name, to.name)
    : stepDown(from.name, foreignKey.name, to.name);
}

/** Paths of aggregations lead from the rows to their owner; a walk goes the other way. */
function backwards({ direction, from, to, foreignKey }: Hop): LinkStep {
  return direction === "up"
    ? stepDown(to.name, foreignKey.name, from.name)
    : stepUp(to.name, foreignKey.name, from.name);
}
