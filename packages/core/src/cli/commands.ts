import type { Command } from "./command.ts";
import { doctorCommand } from "./doctor.ts";
import { migrateCommand } from "./migrate.ts";

/** All of them, in the order in which a new team needs them. */
export const commands: readonly Command[] = [migrateCommand, doctorCommand];
