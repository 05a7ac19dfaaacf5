import { Center, Loader, VisuallyHidden } from "@mantine/core";
import { Redirect, Route, Switch } from "wouter";
import { DeskPage } from "./desk/page";
import { FloorPage } from "./floor/page";
import { LogIn } from "./session/log-in";
import { useSession } from "./session/session";
import { Unreachable } from "./session/unreachable";

/** The page of the role of whoever has logged in. */
export function App() {
  const { me, state, again } = useSession();
  if (state === "asking") {
    return (
      <Center h="100%" component="main">
        <VisuallyHidden component="h1">Cornetta</VisuallyHidden>
        <Loader aria-hidden />
      </Center>
    );
  }
  if (state === "unreachable") {
    return <Unreachable again={again} />;
  }
  if (me === null) {
    return <LogIn />;
  }
  const home = me.role === "agent" ? "/desk" : "/floor";
  return (
    <Switch>
      <Route path="/desk">{me.role === "agent" ? <DeskPage me={me} /> : <Redirect to={home} replace />}</Route>
      <Route path="/floor">{me.role === "agent" ? <Redirect to={home} replace /> : <FloorPage me={me} />}</Route>
      <Route>
        <Redirect to={home} replace />
      </Route>
    </Switch>
  );
}
