import type { Schemas } from "../../api/client";

/** Outcome, note and fields as they are typed. */
export interface Draft {
  result: string | null;
  disposition: string;
  note: string;
  doNotCall: boolean;
  data: Record<string, string>;
}

export function kept(interaction: Schemas["InteractionView"]): Draft {
  const { outcome } = interaction;
  const fields = [...interaction.case, ...interaction.record].filter((field) => field.editable);
  return {
    result: outcome.agent_result?.code ?? null,
    disposition: outcome.disposition,
    note: outcome.note,
    doNotCall: outcome.do_not_call,
    data: Object.fromEntries(fields.map((field) => [field.key, field.value])),
  };
}

/** The part of a draft that the node does not have yet; null: it has all. */
export function unkept(draft: Draft, on: Draft): Partial<Schemas["OutcomeRequest"]> | null {
  const data = Object.fromEntries(Object.entries(draft.data).filter(([key, value]) => value !== on.data[key]));
  const part: Partial<Schemas["OutcomeRequest"]> = {
    ...(draft.result !== on.result && draft.result !== null ? { result: draft.result as Schemas["CallResult"] } : {}),
    ...(draft.disposition !== on.disposition ? { disposition: draft.disposition } : {}),
    ...(draft.note !== on.note ? { note: draft.note } : {}),
    ...(draft.doNotCall !== on.doNotCall ? { do_not_call: draft.doNotCall } : {}),
    ...(Object.keys(data).length > 0 ? { data } : {}),
  };
  return Object.keys(part).length > 0 ? part : null;
}
