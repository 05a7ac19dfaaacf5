"""The phone in a page, seen from outside of it: what its browser sends and hears."""

from __future__ import annotations

import asyncio

from playwright.async_api import Page

#: Keeps the page's peer connections, whose figures are read below.
KEEP = """
const Made = window.RTCPeerConnection;
window.made = [];
window.RTCPeerConnection = class extends Made {
  constructor(...options) { super(...options); window.made.push(this); }
};
"""
#: Packets received and sent by the last connection.
_PACKETS = """async () => {
  const last = window.made.at(-1);
  const told = { received: 0, sent: 0 };
  if (last === undefined) return told;
  for (const each of (await last.getStats()).values()) {
    if (each.type === "inbound-rtp") told.received += each.packetsReceived;
    if (each.type === "outbound-rtp") told.sent += each.packetsSent;
  }
  return told;
}"""


async def packets(page: Page) -> tuple[int, int]:
    """Packets that the page's call has received, and sent."""
    told = await page.evaluate(_PACKETS)
    return int(told["received"]), int(told["sent"])


async def until_audio_flows(page: Page, patience_s: float = 20) -> None:
    """Wait until packets come and go, and more of them."""
    async with asyncio.timeout(patience_s):
        before = (0, 0)
        while True:
            now = await packets(page)
            if before[0] and before[1] and now[0] > before[0] and now[1] > before[1]:
                return
            before = now
            await asyncio.sleep(0.2)
