#pragma once

#include "core/redis/reply.h"

#include <functional>

namespace signalbox::redis {

/// What whoever sent a command does about its failure.
enum class Remedy {
    Retry,   ///< nothing was done and nothing stands in the way: send it again at once
    Wait,    ///< nothing was done; the server's state has to change first, which it does by itself or by an
             ///< operator
    Reroute, ///< nothing was done; another server answers this
    Check,   ///< it may have been carried out: send it again only if that is harmless
    Stop,    ///< sending it again is useless until somebody mends something
};

/// Why a command has no reply. A server's error comes as it was, so that a script's refusal can be told from
/// another without comparing texts: "WRONG_STATE running" is the word WRONG_STATE with the detail "running".
struct Refusal {
    Error error = {};     ///< the word's row in error_table.h; what a caller with no row of its own passes on
    QByteArray word = {}; ///< empty when it was not the server that refused
    QByteArray detail = {}; ///< what stood behind the word; at most 4 KiB
    Remedy remedy = Remedy::Stop;
    bool wasSent = true; ///< false: it never left this process
    bool operator==(const Refusal &) const = default;
};

using ReplyHandler = std::function<void(Result<Reply>)>;
using Outcome = tl::expected<Reply, Refusal>;
using OutcomeHandler = std::function<void(Outcome)>;

} // namespace signalbox::redis
