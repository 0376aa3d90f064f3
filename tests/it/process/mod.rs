//! The program itself as processes, against a simulated GitHub in the test: what an operator starts, asks, stops and loses.

mod agents_list;
mod api;
mod audit;
mod backup;
mod canaries;
mod check;
mod closed;
mod crash;
mod demo;
mod demo_queue;
mod doctor;
mod full;
mod inbox;
mod last_words;
mod network;
mod orders;
mod outage;
mod provenance;
mod registration;
mod running;
mod sandbox;
mod schemathesis;
mod serve;
mod setup;
mod stop;
mod webhook_proxy;
