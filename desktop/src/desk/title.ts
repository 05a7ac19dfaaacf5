import { useEffect } from "react";
import type { Schemas } from "../api/client";

const PAGE = "Cornetta";

/** The tab's title says what is on the desk, also while another tab is looked at. */
export function useTitle(interaction: Schemas["InteractionView"] | null): void {
  useEffect(() => {
    document.title = interaction === null ? PAGE : `${interaction.status.words} · ${PAGE}`;
    return () => {
      document.title = PAGE;
    };
  }, [interaction]);
}
