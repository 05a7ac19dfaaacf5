import { Alert } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { DeskFeed } from "../feed/desk";
import { PhoneContext } from "../phone/context";
import { BrowserPhone } from "../phone/phone";
import { type Me, useLogIn } from "../session/session";
import { CallBar } from "./call/call-bar";
import { DeskContext, useDesk } from "./context";
import { Home } from "./home/home";
import { Notices } from "./notices/notices";
import { OfferCard } from "./offer/offer-card";
import { OutcomeForm } from "./outcome/outcome-form";
import { Blank, Record } from "./record/record";
import { StatusBar } from "./status/status-bar";
import { useTitle } from "./title";

/** The agent's page, over a feed and a phone of its own. */
export function DeskPage({ me }: { me: Me }) {
  const [feed] = useState(() => new DeskFeed());
  useEffect(() => {
    feed.open();
    return () => feed.close();
  }, [feed]);
  const [phone] = useState(() => new BrowserPhone());
  useEffect(() => {
    phone.open();
    return () => phone.close();
  }, [phone]);
  return (
    <DeskContext value={feed}>
      <PhoneContext value={phone}>
        <Desk me={me} />
      </PhoneContext>
    </DeskContext>
  );
}

function Desk({ me }: { me: Me }) {
  const { t } = useTranslation();
  const { forget } = useLogIn();
  const agent = useDesk((desk) => desk.agent);
  const interaction = useDesk((desk) => desk.interaction);
  const connection = useDesk((desk) => desk.connection);
  useTitle(interaction);
  useEffect(() => {
    if (connection === "refused") {
      forget();
    }
  }, [connection, forget]);
  const offered = interaction?.status.phase === "offered";
  return (
    <div className="page">
      <StatusBar me={me} />
      {interaction !== null && !offered && <CallBar interaction={interaction} />}
      {connection === "lost" && (
        <div className="veil">
          <Alert color="red" role="alert" title={t("connection.lost")}>
            {t("connection.remedy")}
          </Alert>
        </div>
      )}
      <main className="desk" aria-busy={connection !== "open"}>
        {interaction !== null && !offered ? (
          <Work key={interaction.id} />
        ) : agent?.blank ? (
          <Blank blank={agent.blank} />
        ) : (
          <Home />
        )}
      </main>
      <aside className="stack" aria-label={t("notices.label")}>
        <Notices />
        {interaction !== null && offered && <OfferCard interaction={interaction} />}
      </aside>
    </div>
  );
}

/** What is on the desk: written at the left, read at the right. */
function Work() {
  const { t } = useTranslation();
  const interaction = useDesk((desk) => desk.interaction);
  if (interaction === null) {
    return null;
  }
  return (
    <>
      <section aria-label={t("outcome.title")}>
        <OutcomeForm interaction={interaction} />
      </section>
      <section aria-label={t("record.title")}>
        <Record interaction={interaction} />
      </section>
    </>
  );
}
