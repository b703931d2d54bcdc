import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Asker } from "../embedded/supabase-database.ts";
import type { Project } from "./project.ts";

const denied = { code: "42501" };
const violation = { code: "42501", message: expect.stringContaining("violates row-level security policy") };
const forbidden = { code: "42501", message: "permission denied for table input_assets" };

/** `allowClientRows`, and the bucket that its rows speak of. */
export function clientRowsSuite(project: () => Project): void {
  const user = randomUUID();
  const other = randomUUID();
  const asUser: Asker = { role: "authenticated", sub: user };
  const row = { user_id: user, asset_url: "https://files.example/a.png" };

  /** As PostgREST inserts: the columns that the body names. */
  function insert(values: Readonly<Record<string, unknown>>, asker = asUser) {
    const columns = Object.keys(values);
    const places = columns.map((_, index) => `$${index + 1}`);
    return project().as(
      asker,
      `insert into public.input_assets (${columns.join(", ")}) values (${places.join(", ")}) returning id, status`,
      Object.values(values),
    );
  }

  describe("rows of clients", () => {
    it("are refused until a project allows them", async () => {
      await expect(insert(row)).rejects.toMatchObject(denied);
    });

    describe("once allowed", () => {
      beforeAll(() => project().migrate("--client-rows", "on"));
      afterAll(() => project().migrate("--client-rows", "off"));

      it("are added by their user, who reads them back", async () => {
        const whole = {
          ...row,
          task_id: "t-1",
          input_asset_type: "model",
          prompt: "p",
          style: "s",
          metadata: { a: 1 },
        };
        expect(await insert(row)).toEqual([{ id: expect.any(String), status: "pending" }]);
        expect(await insert(whole)).toHaveLength(1);
        const seen =
          "select asset_url, input_asset_type, metadata from public.input_assets order by input_asset_type";
        expect(await project().as(asUser, seen)).toEqual([
          { asset_url: row.asset_url, input_asset_type: "image", metadata: {} },
          { asset_url: row.asset_url, input_asset_type: "model", metadata: { a: 1 } },
        ]);
        expect(await project().as({ role: "authenticated", sub: other }, seen)).toEqual([]);
      });

      it.each([
        ["another's id", { user_id: other }],
        ["no user", { user_id: null }],
        ["an address that is none of the web", { asset_url: "file:///etc/passwd" }],
        ["an address without end", { asset_url: `https://a.example/${"a".repeat(2048)}` }],
        ["a task that is no task", { task_id: "../x" }],
        ["a prompt without end", { prompt: "p".repeat(10_001) }],
        ["a style without end", { style: "s".repeat(256) }],
        ["metadata without end", { metadata: { a: "a".repeat(10_000) } }],
      ])("are refused with %s", async (_, values) => {
        await expect(insert({ ...row, ...values })).rejects.toMatchObject(violation);
      });

      it.each([
        "id",
        "status",
        "storage_key",
        "filename",
        "content_type",
        "bytes",
        "sha256",
        "width",
        "height",
        "created_at",
        "completed_at",
      ])("are refused with a %s of their own", async (column) => {
        const values = { ...row, [column]: null };
        await expect(insert(values)).rejects.toMatchObject(forbidden);
      });

      it("are refused of whoever has no user", async () => {
        await expect(insert(row, { role: "authenticated" })).rejects.toMatchObject(violation);
        for (const role of ["anon", "service_role"] as const)
          await expect(insert(row, { role })).rejects.toMatchObject(forbidden);
      });

      it("are never changed nor removed, and open no other table", async () => {
        for (const statement of [
          "update public.input_assets set prompt = 'other'",
          "delete from public.input_assets",
          `insert into public.input_assets (user_id, asset_url) values ('${user}', 'https://a.example/') on conflict (id) do update set prompt = 'x'`,
          `insert into public.user_credits (user_id) values ('${user}')`,
          `insert into public.assets (user_id) values ('${user}')`,
        ])
          await expect(project().as(asUser, statement), statement).rejects.toMatchObject(denied);
      });

      it("are no uploads of the server's: not found, not counted, not given up", async () => {
        const [{ id } = {}] = await insert(row);
        const call = (name: string, args: object) =>
          project().database.call(`genbff_${name}`, args as Record<string, never>);
        expect(await call("find_inputs", { p_user_id: user, p_refs: [{ ref: "0", id }] })).toEqual([]);
        await expect(call("input", { p_user_id: user, p_id: id })).rejects.toMatchObject({
          code: "not_found",
        });
        expect(await call("abandon_inputs", { p_older_ms: -60_000, p_count: 100 })).not.toContainEqual(
          expect.objectContaining({ storage_key: null }),
        );
        const upload = {
          p_task_id: "t-2",
          p_type: "image",
          p_asset_url: "/x",
          p_filename: "x",
          p_content_type: "image/png",
        };
        await call("reserve_input", {
          ...upload,
          p_user_id: user,
          p_id: randomUUID(),
          p_storage_key: `inputs/${randomUUID()}`,
          p_bytes: 1,
          p_pending_bytes_max: 1_000_000, // room for one alone
        });
        await insert({ ...row, task_id: "t-2" });
        const task = (await call("task", { p_user_id: user, p_task_id: "t-2" })) as { inputs: unknown[] };
        expect(task.inputs).toHaveLength(1);
      });

      it("are refused again when a project has thought better of it", async () => {
        await project().migrate("--client-rows", "off");
        await expect(insert(row)).rejects.toMatchObject(denied);
        await project().migrate("--client-rows", "on");
      });
    });
  });

  describe("buckets", () => {
    const put = (bucket: string, name: string, asker = asUser) =>
      project().as(asker, "insert into storage.objects (bucket_id, name) values ($1, $2)", [bucket, name]);

    beforeAll(() => project().migrate("--bucket", "made", "--bucket", "uploads:client-uploads"));

    it("are private unless a project says otherwise, also later", async () => {
      const buckets = () => project().query("select id, name, public from storage.buckets order by id");
      const [made, uploads] = [
        { id: "made", name: "made", public: false },
        { id: "uploads", name: "uploads", public: false },
      ];
      expect(await buckets()).toEqual([made, uploads]);
      await project().migrate("--bucket", "made:public");
      expect(await buckets()).toEqual([{ ...made, public: true }, uploads]);
      await project().migrate("--bucket", "made");
      expect(await buckets()).toEqual([made, uploads]);
    });

    it("take files of users below their own id, where a project lets them", async () => {
      await put("uploads", `${user}/a.png`);
      for (const [bucket, name] of [
        ["uploads", `${other}/a.png`],
        ["uploads", `${user}`],
        ["uploads", `${user}x/a.png`],
        ["uploads", "a.png"],
        ["uploads", `x/${user}/a.png`],
        ["made", `${user}/a.png`],
      ] as const)
        await expect(put(bucket, name), `${bucket}/${name}`).rejects.toMatchObject(violation);
      for (const asker of [{ role: "anon" }, { role: "authenticated" }] as const)
        await expect(put("uploads", `${user}/b.png`, asker)).rejects.toMatchObject(denied);
    });

    it("show, change and remove nothing for users: that is done by signed URLs, or by the server", async () => {
      for (const statement of [
        "select name from storage.objects",
        "update storage.objects set name = name returning name",
        "delete from storage.objects returning name",
        "select id from storage.buckets",
      ])
        expect(await project().as(asUser, statement), statement).toEqual([]);
      expect(await project().query("select name from storage.objects")).toEqual([{ name: `${user}/a.png` }]);
    });

    it("take no files of users any more when a project has thought better of it", async () => {
      await project().migrate("--bucket", "uploads");
      await expect(put("uploads", `${user}/c.png`)).rejects.toMatchObject(denied);
    });
  });
}
