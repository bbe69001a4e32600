// The main road in a generated client: it has to compile under `strict`, without a cast.
import createClient from "openapi-fetch";
import type { paths } from "./schema.js";

const api = createClient<paths>({ baseUrl: "http://127.0.0.1:8080" });

async function as(username: string) {
  const { data, error } = await api.POST("/v1/auth/login", { body: { username, password: "sandbox" } });
  if (error) throw new Error(`${error.code}: ${error.detail}`);
  return { Authorization: `Bearer ${data.access_token}` };
}

export async function walk(year: number): Promise<string | null> {
  const [person, employer, body] = [await as("professional"), await as("hospital.admin"), await as("health.reviewer")] as const;
  const me = await api.GET("/v1/me/years/{year}", { params: { path: { year } }, headers: person });
  if (me.error) throw new Error(me.error.code);
  const learnt = await api.GET("/v1/learning-records", { params: { query: { year } }, headers: person });
  for (const record of learnt.data?.data ?? []) {
    const draft = await api.POST("/v1/declarations", { body: { year, learning_record_id: record.id }, headers: person });
    const etag = draft.response.headers.get("etag") ?? "";
    if (draft.error) throw new Error(draft.error.code);
    const path = { id: draft.data.id };
    const submitted = await api.POST("/v1/declarations/{id}/submission", { params: { path, header: { "If-Match": etag } }, headers: person });
    if (submitted.data?.state !== "employer_review") throw new Error(submitted.error?.code);
    await api.POST("/v1/declarations/{id}/reviews", { params: { path }, body: { decision: "approve" }, headers: employer });
    await api.POST("/v1/declarations/{id}/reviews", { params: { path }, body: { decision: "approve" }, headers: body });
  }
  const verify = { year, professional_ids: [me.data.professional_id] };
  const verified = await api.POST("/v1/annual-records:verify", { body: verify, headers: body });
  return verified.data?.results[0]?.certificate_number ?? null;
}
