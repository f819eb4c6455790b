#include "core/runtime/log.h"

#include <QCoreApplication>
#include <QFile>

#include <fcntl.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/dist_sink.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <sys/stat.h>
#include <unistd.h>

#include <map>
#include <mutex>
#include <string>

namespace signalbox::runtime {

namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(runtime)
};

constexpr size_t fileBytesMax = 5U * 1024U * 1024U;
constexpr size_t oldFilesMax = 3;
constexpr const char *pattern = "%Y-%m-%dT%H:%M:%S.%eZ [%n] %l: %v";

std::unique_ptr<spdlog::formatter> lineFormatter()
{
    return std::make_unique<spdlog::pattern_formatter>(pattern, spdlog::pattern_time_type::utc);
}

/// All loggers of the process write to one sink, which hands on to those added so far: a sink added later
/// reaches the loggers that exist. Not spdlog's own registry: an embedder may use that one for itself.
class Loggers {
public:
    [[nodiscard]] static Loggers &instance()
    {
        static Loggers loggers;
        return loggers;
    }
    std::shared_ptr<spdlog::logger> logger(std::string_view room)
    {
        const std::lock_guard lock(m_mutex);
        std::shared_ptr<spdlog::logger> &logger = m_byRoom[std::string(room)];
        if (!logger) {
            logger = std::make_shared<spdlog::logger>(std::string(room), m_sink);
            logger->set_level(m_level);
            logger->flush_on(spdlog::level::info); // lines are few, and the last ones before a crash matter
        }
        return logger;
    }
    void setLevel(spdlog::level::level_enum level)
    {
        const std::lock_guard lock(m_mutex);
        m_level = level;
        for (const auto &[room, logger] : m_byRoom) logger->set_level(level);
    }
    void addSink(std::shared_ptr<spdlog::sinks::sink> sink)
    {
        sink->set_formatter(lineFormatter());
        m_sink->add_sink(std::move(sink)); // locked inside
    }
    void removeSink(std::shared_ptr<spdlog::sinks::sink> sink) { m_sink->remove_sink(std::move(sink)); }

private:
    std::mutex m_mutex;
    std::map<std::string, std::shared_ptr<spdlog::logger>> m_byRoom;
    std::shared_ptr<spdlog::sinks::dist_sink_mt> m_sink = std::make_shared<spdlog::sinks::dist_sink_mt>();
    spdlog::level::level_enum m_level = spdlog::level::off;
};

/// Only the owner may read the file, from its first moment; handlers' processes do not inherit it.
spdlog::file_event_handlers privateFile()
{
    spdlog::file_event_handlers handlers;
    handlers.before_open = [](const spdlog::filename_t &name) {
        const int file = ::open(name.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, S_IRUSR | S_IWUSR);
        if (file >= 0) ::close(file); // if not, spdlog's own open fails next, and that is reported
    };
    handlers.after_open = [](const spdlog::filename_t &name, std::FILE *stream) {
        const int file = ::fileno(stream);
        if (::fchmod(file, S_IRUSR | S_IWUSR) != 0) // a file of an earlier time may have been open to all
            spdlog::throw_spdlog_ex("The log file's mode could not be set: " + name, errno);
        ::fcntl(file, F_SETFD, FD_CLOEXEC);
    };
    return handlers;
}

Result<> addFile(const QString &file)
{
    try {
        Loggers::instance().addSink(std::make_shared<spdlog::sinks::rotating_file_sink_mt>(
            QFile::encodeName(file).toStdString(), fileBytesMax, oldFilesMax, false, privateFile()));
    } catch (const spdlog::spdlog_ex &exception) {
        return fail(Error::Kind::Invalid, Words::tr("Could not write the log file %1.").arg(file),
                    QString::fromLocal8Bit(exception.what()),
                    Words::tr("Check the folder's permissions, or name another file."));
    }
    return {};
}

Result<spdlog::level::level_enum> levelFromText(const QString &text)
{
    static const std::map<QString, spdlog::level::level_enum> levels{
        {QStringLiteral("trace"), spdlog::level::trace}, {QStringLiteral("debug"), spdlog::level::debug},
        {QStringLiteral("info"), spdlog::level::info},   {QStringLiteral("warn"), spdlog::level::warn},
        {QStringLiteral("err"), spdlog::level::err},     {QStringLiteral("off"), spdlog::level::off}};
    const auto level = levels.find(text);
    if (level != levels.end()) return level->second;
    return fail(Error::Kind::Invalid, Words::tr("\"%1\" is not a log level.").arg(text),
                Words::tr("There is no such level."),
                Words::tr("Use one of: trace, debug, info, warn, err, off."));
}

} // namespace

std::shared_ptr<spdlog::logger> logger(std::string_view room)
{
    return Loggers::instance().logger(room);
}

Result<> startLogging(const LogOptions &options)
{
    const Result<spdlog::level::level_enum> level = levelFromText(options.level);
    Loggers::instance().setLevel(level.value_or(spdlog::level::info));
    if (options.toStderr) addLogSink(std::make_shared<spdlog::sinks::stderr_sink_mt>());
    Result<> file = options.file.isEmpty() ? Result<>() : addFile(options.file);
    if (!level) return tl::unexpected(level.error());
    return file;
}

void addLogSink(std::shared_ptr<spdlog::sinks::sink> sink)
{
    Loggers::instance().addSink(std::move(sink));
}

void removeLogSink(const std::shared_ptr<spdlog::sinks::sink> &sink)
{
    Loggers::instance().removeSink(sink);
}

} // namespace signalbox::runtime
