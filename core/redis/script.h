#pragma once

namespace signalbox::redis {

/// One Lua script as it was embedded at build time; its SHA-1 is computed once by the client.
struct ScriptSource {
    const char *name;
    const char *text;
};

} // namespace signalbox::redis
