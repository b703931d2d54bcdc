/** Where a simulated process dies: at the first call of this name, before it is made, or before its answer is read. */
export interface DeathPlan {
  readonly at: string;
  readonly when: "before" | "after";
}

/** A process that can die. */
export interface Life {
  dead: boolean;
  /** Every call that was made through its ports, in order. */
  readonly calls: string[];
}

const forever = new Promise<never>(() => undefined);

/**
 * A port of a process that can die as `kill -9` kills: from that moment on no call is made and no answer ever
 * arrives. What a heartbeat, a timer or a stream still wants to do is swallowed with it.
 */
export function mortal<Port extends object>(
  name: string,
  port: Port,
  life: Life,
  plan: DeathPlan | undefined,
): Port {
  return new Proxy(port, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== "function" || typeof key !== "string") return value;
      return (...args: unknown[]) => {
        if (life.dead) return forever;
        const call = nameOf(name, key, args);
        life.calls.push(call);
        const dies = plan?.at === call;
        if (dies && plan.when === "before") {
          life.dead = true;
          return forever;
        }
        const made = Reflect.apply(value, target, args) as unknown;
        if (!dies) return made;
        life.dead = true;
        void Promise.resolve(made).catch(() => undefined);
        return forever;
      };
    },
  });
}

/** A database call by its function, and a record by the step that it commits. */
function nameOf(port: string, key: string, args: readonly unknown[]): string {
  if (port !== "database" || key !== "call") return `${port}.${key}`;
  const step = (args[1] as { p_changes?: { step?: string } } | undefined)?.p_changes?.step;
  return step === undefined ? String(args[0]) : `${String(args[0])} ${step}`;
}
