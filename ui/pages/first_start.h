#pragma once

#include "ui/pages/page.h"

namespace signalbox::ui {

class PlainLabel;

/// What a window on empty queues offers: the sample workload, the way to another Redis, a first job of one's
/// own, and where the data lives.
class FirstStart : public QWidget {
    Q_OBJECT
public:
    explicit FirstStart(const PageContext &context, QWidget *parent = nullptr);

private:
    QWidget *buildHead();
    QWidget *buildSamples();
    QWidget *buildOwn();
    QWidget *buildData();
    void showConnection();
    [[nodiscard]] bool isPrivate() const;

    PageContext m_context;
    PlainLabel *m_sentence = nullptr;
    PlainLabel *m_server = nullptr;
};

} // namespace signalbox::ui
