"""Which addresses of the internet a webhook may go to: those of public machines, never of our own network.

Pure. Source: the IANA special-purpose address registries, as Python's `ipaddress` knows them; what lets a private
address hide in a public one (6to4, Teredo, NAT64, addresses of IPv4 mapped into IPv6) is refused as a whole.
"""

from __future__ import annotations

from ipaddress import IPv6Address, IPv6Network, ip_address

#: The only part of IPv6 that is given to public machines, and the parts of that which carry other addresses.
_UNICAST = IPv6Network("2000::/3")
_CARRYING = (IPv6Network("2001::/23"), IPv6Network("2002::/16"), IPv6Network("3fff::/20"))


def is_public(text: str) -> bool:
    """Say whether an address is a public machine's. What isn't an address isn't."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        is_plain = address in _UNICAST and not any(address in network for network in _CARRYING)
        return is_plain and address.scope_id is None and address.is_global
    return address.is_global and not address.is_multicast
