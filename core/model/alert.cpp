#include "core/model/alert.h"

#include "core/model/json_writer.h"

#include <array>
#include <utility>

namespace signalbox {

using namespace Qt::StringLiterals;

QString toText(Alert::Kind kind)
{
    using Kind = Alert::Kind;
    constexpr std::array names{
        std::pair{Kind::NoWorkerServes, "no_worker_serves"_L1},
        std::pair{Kind::NoHealthyWorker, "no_healthy_worker"_L1},
        std::pair{Kind::QueueStalled, "queue_stalled"_L1},
        std::pair{Kind::QueueAge, "queue_age"_L1},
        std::pair{Kind::DeadLetterGrowth, "dead_letter_growth"_L1},
        std::pair{Kind::RedisMemory, "redis_memory"_L1},
        std::pair{Kind::EvictionPolicy, "eviction_policy"_L1},
        std::pair{Kind::DiskWrites, "disk_writes"_L1},
        std::pair{Kind::DiskSpace, "disk_space"_L1},
    };
    for (const auto &[value, name] : names)
        if (value == kind) return name;
    return {};
}

QString toText(Alert::Level level)
{
    return level == Alert::Level::Error ? u"error"_s : u"warning"_s;
}

QString Alert::key() const
{
    return queue.isEmpty() ? toText(kind) : toText(kind) + u':' + queue;
}

QByteArray Alert::toJson() const
{
    JsonWriter json;
    json.text("kind"_L1, toText(kind)).text("level"_L1, toText(level)).textOrNull("queue"_L1, queue);
    json.text("what"_L1, what).text("todo"_L1, todo).text("since"_L1, signalbox::toText(since));
    return json.take();
}

} // namespace signalbox
