#pragma once

#include <QHostAddress>

namespace signalbox::worker {

/// An address of the public internet: not loopback, private, link-local, shared, reserved or multicast, nor
/// an IPv6 address that stands for such an IPv4 one. A job's URL must not make this machine ask its own
/// network.
[[nodiscard]] bool isPublicAddress(const QHostAddress &address);

} // namespace signalbox::worker
