#include "tests/bench/contestant.h"

#include <QCommandLineParser>
#include <QJsonArray>
#include <QJsonDocument>

#include <hiredis/hiredis.h>

#include <cstdio>
#include <ctime>
#include <memory>

namespace signalbox::bench {

using namespace Qt::StringLiterals;

void giveUp(const QString &why)
{
    std::fprintf(stderr, "error: %s\n", qPrintable(why));
    std::exit(1);
}

namespace {

int positiveNumber(const QCommandLineParser &parser, const QString &name, int otherwise)
{
    if (!parser.isSet(name)) return otherwise;
    bool ok = false;
    const int number = parser.value(name).toInt(&ok);
    if (!ok || number < 1) giveUp(u"--%1 wants a positive number, not '%2'."_s.arg(name, parser.value(name)));
    return number;
}

double ownCpuSeconds()
{
    timespec used{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}

double fieldOf(const QByteArray &info, const QByteArray &field)
{
    const qsizetype at = info.indexOf(field + ':');
    if (at < 0) giveUp(u"INFO has no field %1."_s.arg(QString::fromLatin1(field)));
    const qsizetype from = at + field.size() + 1;
    return info.mid(from, info.indexOf('\r', from) - from).toDouble();
}

/// By a connection of its own, so that it says the same whatever is measured.
double serverCpuSeconds(const Options &options)
{
    const std::unique_ptr<redisContext, decltype(&redisFree)> context(
        redisConnect(options.host.toLatin1().constData(), options.port), &redisFree);
    if (!context || context->err != 0)
        giveUp(u"No connection to %1:%2."_s.arg(options.host).arg(options.port));
    const std::unique_ptr<redisReply, decltype(&freeReplyObject)> reply(
        static_cast<redisReply *>(redisCommand(context.get(), "INFO cpu")), &freeReplyObject);
    if (!reply || reply->type != REDIS_REPLY_STRING) giveUp(u"INFO cpu was not answered."_s);
    const QByteArray info(reply->str, static_cast<qsizetype>(reply->len));
    return fieldOf(info, "used_cpu_user") + fieldOf(info, "used_cpu_sys");
}

} // namespace

Options readOptions(const QStringList &arguments)
{
    QCommandLineParser parser;
    parser.addPositionalArgument(u"scenario"_s,
                                 u"drain, lifecycle, latency, pending, finished, idle or views"_s);
    for (const QString &name : {u"redis"_s, u"jobs"_s, u"payload"_s, u"concurrency"_s, u"samples"_s})
        parser.addOption({name, name, name});
    if (!parser.parse(arguments)) giveUp(parser.errorText());
    const QStringList address = parser.value(u"redis"_s).split(u':');
    if (parser.positionalArguments().size() != 1 || address.size() != 2)
        giveUp(
            u"Usage: SCENARIO --redis HOST:PORT [--jobs N] [--payload BYTES] [--concurrency N] [--samples N]"_s);

    Options options;
    options.scenario = parser.positionalArguments().constFirst();
    options.host = address.at(0);
    options.port = address.at(1).toInt();
    options.jobs = positiveNumber(parser, u"jobs"_s, options.jobs);
    options.payloadBytes = positiveNumber(parser, u"payload"_s, options.payloadBytes);
    options.concurrency = positiveNumber(parser, u"concurrency"_s, options.concurrency);
    options.samples = positiveNumber(parser, u"samples"_s, options.samples);
    return options;
}

QByteArray payload(int bytes)
{
    const QByteArray frame = R"({"n":""})";
    return R"({"n":")" + QByteArray(std::max<qsizetype>(0, bytes - frame.size()), 'x') + R"("})";
}

void print(const QJsonObject &answer)
{
    std::puts(QJsonDocument(answer).toJson(QJsonDocument::Compact).constData());
    std::fflush(stdout);
}

QJsonObject samplesAnswer(const QList<double> &samplesMs)
{
    QJsonArray samples;
    for (const double sample : samplesMs) samples.append(sample);
    return {{u"samples_ms"_s, samples}};
}

void waitForEndOfInput()
{
    while (std::getchar() != EOF) { }
}

Window::Window(const Options &options)
    : m_options(options),
      m_serverCpu(serverCpuSeconds(options)),
      m_ownCpu(ownCpuSeconds()),
      m_begin(std::chrono::steady_clock::now())
{
}

QJsonObject Window::end(int jobs) const
{
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - m_begin;
    const double ownCpu = ownCpuSeconds() - m_ownCpu;
    return {{u"jobs"_s, jobs},
            {u"seconds"_s, wall.count()},
            {u"worker_cpu_s"_s, ownCpu},
            {u"server_cpu_s"_s, serverCpuSeconds(m_options) - m_serverCpu}};
}

} // namespace signalbox::bench
