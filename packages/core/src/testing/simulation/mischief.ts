import type { DatabaseServer } from "./database-server.ts";
import type { Fleet } from "./fleet.ts";
import type { Outage } from "./ports.ts";
import type { Sale, Vendor } from "./vendor.ts";
import type { World } from "./world.ts";

/** What befalls whole processes, and the database, whatever they are doing. Goes on until `over`. */
export function befall(world: World, fleet: Fleet, outage: Outage, over: () => boolean): void {
  const { luck, time } = world;
  const again = () => time.at(luck.between(2000, 20_000), strike);
  const strike = () => {
    if (over()) return;
    again();
    const member = fleet.members().length === 0 ? undefined : luck.oneOf(fleet.members());
    const blow = luck.trouble({ outage: 20, freeze: 6, clock: 8, kill: 12 });
    if (blow === "outage") {
      const ms = luck.between(500, 15_000);
      world.tell("world", `the database is away for ${ms} ms`);
      outage.until = time.now() + ms;
      world.lose(ms);
    }
    if (blow === "freeze") member?.process.freeze(luck.between(2000, 90_000));
    if (blow === "clock") member?.process.setWallClock(luck.oneOf([-600_000, 600_000]));
    if (blow === "kill") member?.process.kill();
  };
  again();
}

/** A vendor that tells when a job is over: early, twice, late, never, or of a job that nobody knows. */
export function tellOfJobs(world: World, fleet: Fleet, server: DatabaseServer, vendor: Vendor): void {
  const { luck, time } = world;
  const post = (sale: Sale, event: string, key: string, delayMs: number) =>
    time.at(delayMs, async () => {
      const args = { p_provider: vendor.name, p_event_id: event, p_job_key: key, p_payload: {} };
      const told = await server.call("genbff_webhook", args, time.now());
      world.tell(vendor.name, `tells of ${key} (${event}): ${JSON.stringify(told)}`);
      // As a webhook's route does: whoever took it in looks at once.
      const [member] = fleet.members();
      const { generation_id: id } = told as { generation_id?: string };
      if (member !== undefined && typeof id === "string")
        member.bff.worker.advance(id).catch(() => undefined);
      if (luck.badly(8)) post(sale, event, key, luck.between(0, 60_000));
    });
  vendor.onSale = (sale) => {
    const untilReady = sale.readyAt - time.now();
    if (luck.once(4)) return;
    post(sale, `${sale.key} done`, sale.key, untilReady + luck.between(0, 3000));
    if (luck.badly(4)) post(sale, `${sale.key} begun`, sale.key, 0);
    if (luck.badly(10))
      post(sale, `${sale.key} astray`, `${vendor.name}-${luck.between(1, 40)}`, luck.between(0, 30_000));
  };
}
